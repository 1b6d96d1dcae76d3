import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { Finding } from '../../src/command/finding.ts';
import { examineNode } from '../../src/command/examination.ts';
import { newFolder, ok, type, type House } from './typed.ts';

function withModels(folder: string, content = 'model'): void {
  mkdirSync(join(folder, 'models'), { recursive: true });
  const sha256 = createHash('sha256').update('model').digest('hex');
  writeFileSync(join(folder, 'models/a.onnx'), content);
  writeFileSync(join(folder, 'models/manifest.json'), JSON.stringify({ models: { a: { file: 'a.onnx', sha256 } } }));
}

async function examine(
  folder: string,
  house: House = {},
  words: string[] = [],
): Promise<{ code: number; findings: Map<string, Finding> }> {
  const { code, out } = await type(folder, ['doctor', '--json', ...words], { isRunning: false, ...house });
  return { code, findings: new Map((JSON.parse(out) as Finding[]).map((finding) => [finding.name, finding])) };
}

test('a machine that is well gets a clean bill', async (context) => {
  const folder = newFolder(context);
  withModels(folder);
  const { code, findings } = await examine(folder);
  assert.equal(code, 0);
  for (const [name, { verdict, message }] of findings) assert.equal(verdict, 'good', `${name}: ${message}`);
});

test('everything that is ill is named with what to do about it', async (context) => {
  const folder = newFolder(context);
  withModels(folder, 'altered');
  writeFileSync(join(folder, 'file'), '');
  const house: House = {
    environment: { PATH: folder },
    camera: { outcome: 'failed', reason: 'cannot read camera /dev/video99: it is not there' },
    surroundings: {
      release: { version: '1', node: 'v20.1.0', modelsFolder: join(folder, 'models'), builtMs: () => undefined },
      resources: {
        cpuPercent: () => 1,
        memory: () => ({ totalBytes: 5e8, availableBytes: 1e8, ownBytes: 1 }),
        temperatureCelsius: async () => 84,
        ownProcessorMs: () => 0,
        processors: () => 4,
        hostname: () => 'door',
      },
      clock: { uptimeMs: () => 0, wallMs: () => 0, sleep: async () => undefined },
      network: { request: async () => ({ outcome: 'answered', status: 404, headers: {}, body: new Uint8Array() }) },
    },
  };
  const { code, findings } = await examine(folder, house, ['--home', 'file', '--camera.source=/dev/video99']);
  assert.equal(code, 1);
  // How full the disk of this machine is, is its own affair.
  const ill = [...findings.values()].filter(({ name, verdict }) => verdict !== 'good' && name !== 'disk');
  assert.deepEqual(ill.map(({ name, verdict }) => `${name} ${verdict}`).toSorted(), [
    'camera mend', 'clock advice', 'ffmpeg mend', 'home mend', 'memory advice', 'models mend', 'node mend', 'port mend',
    'settings advice', 'temperature advice',
  ]); // prettier-ignore
  for (const { advice } of ill) assert.ok((advice ?? '').length > 10);
  assert.match(findings.get('models')?.message ?? '', /a\.onnx: it is not what manifest\.json names/);
});

test('ffmpeg is looked for where programs are, and only for cameras that need it', async (context) => {
  const folder = newFolder(context);
  withModels(folder);
  writeFileSync(join(folder, 'ffmpeg'), '');
  const house = { environment: { PATH: `relative:${folder}` } };
  const stream = await examine(folder, house, ['--camera.source=rtsp://ada:secret@door.local/1']);
  assert.equal(stream.findings.get('ffmpeg')?.verdict, 'good');
  assert.equal(stream.findings.get('camera')?.message, 'rtsp://••••••@door.local/1: a picture of 1280x720 after 0.8 s');
  const pictures = await examine(folder, { environment: { PATH: '' } }, [`--camera.source=folder:${folder}`]);
  assert.equal(pictures.findings.get('camera')?.verdict, 'good');
  assert.equal(pictures.findings.has('ffmpeg'), false);
});

test('a camera that gives no picture is to be mended; one that a running doorward has open is asked for through it', async (context) => {
  const folder = newFolder(context);
  withModels(folder);
  const reason = 'cannot read camera rtsp://127.0.0.1:1/none: nothing answers there: connection refused';
  const dead = await examine(folder, { camera: { outcome: 'failed', reason } }, [
    '--camera.source=rtsp://127.0.0.1:1/none',
  ]);
  assert.deepEqual(
    [dead.code, dead.findings.get('camera')?.verdict, dead.findings.get('camera')?.message],
    [1, 'mend', reason],
  );
  mkdirSync(join(folder, 'home'), { recursive: true });
  writeFileSync(join(folder, 'home/doorward.toml'), 'camera.source = "/dev/video0"\n');
  const camera: House['camera'] = { outcome: 'failed', reason: 'another program uses it' };
  const ask = async (state: string, why: string | null): Promise<Finding | undefined> => {
    const api = { 'GET /api/v1/status': () => ({ status: 200, body: { camera: { state, reason: why } } }) };
    return (await examine(folder, { isRunning: true, camera, api })).findings.get('camera');
  };
  assert.equal((await ask('flowing', null))?.verdict, 'good');
  assert.deepEqual(Object.values((await ask('stalled', 'no picture for 2000 ms')) ?? {}).slice(0, 3), [
    'camera',
    'mend',
    'no picture for 2000 ms',
  ]);
  assert.equal((await ask('starting', 'nobody has sent a picture yet'))?.verdict, 'advice');
  writeFileSync(join(folder, 'home/doorward.toml'), ''); // The running one was told its camera in another way.
  assert.equal((await ask('failed', 'nothing answers there'))?.verdict, 'mend');
});

test('models that are missing are to be made', async (context) => {
  const { findings } = await examine(newFolder(context));
  assert.match(findings.get('models')?.message ?? '', /cannot find .*manifest\.json/);
  assert.match(findings.get('models')?.advice ?? '', /npm run models/);
});

test('a running appliance is named instead of its port', async (context) => {
  const folder = newFolder(context);
  withModels(folder);
  const { findings } = await examine(folder, { isRunning: true });
  assert.equal(findings.get('appliance')?.message, 'pid 7 runs at http://127.0.0.1:8080');
  assert.equal(findings.has('port'), false);
});

test('the report is readable, with the advice below', async (context) => {
  const { out } = await type(newFolder(context), ['doctor'], { isRunning: false });
  assert.match(out, /^good {2}node {9}v24\.21\.0$/m);
  assert.match(out, /^MEND {2}models .*\n {8}make them again: npm run models$/m);
});

test('Node 24.12 is the oldest', () => {
  const verdicts = ['v24.12.0', 'v25.0.0', 'v24.11.9', 'v22.20.0', 'nonsense'].map(
    (version) => examineNode(version).verdict,
  );
  assert.deepEqual(verdicts, ['good', 'good', 'mend', 'mend', 'mend']);
});

test('settings says each value and where it came from, and hides secrets', async (context) => {
  const folder = newFolder(context);
  mkdirSync(join(folder, 'home'));
  writeFileSync(join(folder, 'home/doorward.toml'), 'camera.source = "rtsp://ada:hush@door.local/1"\n');
  const house = { device: { 'notify.webhookSecret': 'hush' }, environment: { DOORWARD_WEB_PORT: '9000' } };
  const { code, out } = await type(folder, ['settings', '--log.level=WARN'], house);
  assert.equal(code, 0);
  assert.doesNotMatch(out, /hush/);
  assert.match(out, /^camera\.source +"rtsp:\/\/••••••@door\.local\/1" +.*home\/doorward\.toml +demo, push/m);
  assert.match(out, /^notify\.webhookSecret +"••••••" +device /m);
  assert.match(out, /^web\.port +9000 +DOORWARD_WEB_PORT /m);
  assert.match(out, /^log\.level +"WARN" +--log\.level /m);
  assert.match(out, /^retention\.days +30 +default /m);
});

test('one setting, one section, none', async (context) => {
  const folder = newFolder(context);
  assert.equal(
    (await type(folder, ['settings', 'web.port'])).out,
    'web.port\n8080\ndefault\nTCP port; 0 takes a free one',
  );
  assert.equal((await type(folder, ['settings', 'retention'])).out.split('\n').length, 3);
  const { code, err } = await type(folder, ['settings', 'web.prot']);
  assert.equal(code, 2);
  assert.match(err, /did you mean web\.port\?/);
});

test('settings tells complaints and exits with 1', async (context) => {
  const folder = newFolder(context);
  const { code, err, out } = await type(folder, ['settings', '--json'], { environment: { DOORWARD_WEB_PORT: 'x' } });
  assert.equal(code, 1);
  assert.match(err, /cannot use web\.port = "x" in DOORWARD_WEB_PORT/);
  const { settings, complaints } = JSON.parse(out) as { settings: unknown[]; complaints: string[] };
  assert.ok(settings.length > 30);
  assert.equal(complaints.length, 2);
});

test('settings set and unset ask the appliance, after a check of their own', async (context) => {
  const folder = newFolder(context);
  const bodies: string[] = [];
  const house: House = {
    api: {
      'PATCH /api/v1/settings': ({ body }) => {
        bodies.push(String(body));
        return ok({ settings: [] })();
      },
    },
  };
  assert.equal(
    (await type(folder, ['settings', 'set', 'retention.days', '7'], house)).out,
    'retention.days will be 7 from the next start',
  );
  const secret = await type(folder, ['settings', 'set', 'notify.webhookSecret', 'hush'], house);
  assert.doesNotMatch(secret.out, /hush/);
  await type(folder, ['settings', 'unset', 'retention.days'], house);
  assert.deepEqual(bodies, ['{"retention.days":7}', '{"notify.webhookSecret":"hush"}', '{"retention.days":null}']);
  const wrong = await type(folder, ['settings', 'set', 'retention.days', 'many'], house);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /a whole number from 1 to 3650 was expected/);
  assert.equal((await type(folder, ['settings', 'set', 'retention.dyas', '7'], house)).code, 2);
});

test('a setting may be typed as KEY=VALUE, wants a value, and no password of an address is repeated', async (context) => {
  const folder = newFolder(context);
  const offline: unknown[] = [];
  const house: House = { isRunning: false, offline };
  const address = 'rtsp://ada:hush-hush@192.168.1.20/stream?channel=1';
  const set = await type(folder, ['settings', 'set', `camera.source=${address}`], house);
  assert.deepEqual([set.code, offline], [0, [{ 'camera.source': address }]]);
  assert.match(set.out, /^camera\.source will be "rtsp:\/\/[^"]*@192\.168\.1\.20/);
  assert.doesNotMatch(set.out, /hush/);
  const bare = await type(folder, ['settings', 'set', 'camera.source'], house);
  assert.deepEqual([bare.code, offline.length], [2, 1]);
  assert.match(bare.err, /cannot set camera\.source without a value: KEY VALUE/);
});

test('where nothing runs, settings are set and removed all the same, and nothing is started for it', async (context) => {
  const folder = newFolder(context);
  const offline: unknown[] = [];
  const house: House = { isRunning: false, offline };
  const set = await type(folder, ['settings', 'set', 'web.port', '9000'], house);
  assert.deepEqual([set.code, set.out, set.err], [0, 'web.port will be 9000 from the next start', '']);
  const secret = await type(folder, ['settings', 'set', 'notify.webhookSecret', '-'], { ...house, input: 'hush\n' });
  assert.deepEqual([secret.code, secret.err], [0, '']);
  assert.equal((await type(folder, ['settings', 'unset', 'web.address'], house)).code, 0);
  assert.deepEqual(offline, [{ 'web.port': 9000 }, { 'notify.webhookSecret': 'hush' }, { 'web.address': null }]);
  const seen = await type(folder, ['settings', 'set', 'notify.webhookSecret', 'hush'], house);
  assert.match(seen.err, /can be read in the list of processes: next time, settings set notify\.webhookSecret -$/);
  const former = await type(folder, ['settings', 'set', 'update.timeZone', 'UTC'], house);
  assert.deepEqual([former.code, /it is called household\.timeZone now/.test(former.err)], [2, true]);
});

test('a setting is explained: what it means, may be and is; without a name, what does not hold', async (context) => {
  const folder = newFolder(context);
  const device = { 'web.address': '192.0.2.7' };
  const one = await type(folder, ['settings', 'explain', 'web.port']);
  assert.equal(one.code, 0);
  assert.match(
    one.out,
    /^web\.port: TCP port.*\n +holds +8080\n +from +default\n.*\n +may be +a whole number from 0 to 65535\n/,
  );
  assert.match(one.out, /settings set web\.port VALUE, DOORWARD_WEB_PORT, or --web\.port=VALUE/);
  const bad = await type(folder, ['settings', 'explain'], { device });
  assert.equal(bad.code, 1);
  assert.match(bad.out, /^web\.address: .*\n +holds +"127\.0\.0\.1"/);
  assert.match(
    bad.out,
    /left out +cannot use web\.address = "192\.0\.2\.7" in device: 127\.0\.0\.1 .* or :: for its networks too was expected: .* loopback/,
  );
  assert.equal((await type(folder, ['settings', 'explain'])).out, 'everything that is set holds');
  assert.equal((await type(folder, ['settings', 'explain', 'web.prot'])).code, 2);
});

test('audit verify says whole or where it is broken, and names chains set aside', async (context) => {
  const folder = newFolder(context);
  mkdirSync(join(folder, 'home/audit-broken-2026'), { recursive: true });
  const last = { seq: 42, hash: 'ab'.repeat(32) };
  const begunAnew = { fault: 'missing', timestamp: '2026-11-30T04:00:00.000Z' };
  const audit = { outcome: 'whole' as const, entries: 42, unsigned: 2, last, begunAnew };
  const whole = await type(folder, ['audit', 'verify'], { audit });
  assert.deepEqual([whole.code, whole.out], [0, `the audit chain is whole: 42 entries\nits head: 42:${last.hash}`]);
  assert.match(whole.err, /the last 2 bear no signature of their own/);
  assert.match(whole.err, /it begins at 2026-11-30T04:00:00.000Z: the chain before it was removed/);
  assert.match(whole.err, /an earlier chain was broken, and is kept in .*audit-broken-2026/);
  const message = 'cannot trust the audit chain: audit-000000000001.jsonl line 3 is entry 3, and its text was changed';
  const broken = { outcome: 'broken' as const, file: 'audit-000000000001.jsonl', line: 3, message };
  const told = await type(folder, ['audit', 'verify', '--json'], { audit: broken });
  assert.equal(told.code, 1);
  assert.deepEqual(JSON.parse(told.out), { ...broken, setAside: ['audit-broken-2026'] });
});

test('a database that cannot be read does not stop the doctor', async (context) => {
  const folder = newFolder(context);
  withModels(folder);
  const refusing = async (): Promise<never> => {
    throw new Error('cannot open the database: it is of a newer release');
  };
  const appliance = {
    start: refusing,
    verifyAudit: refusing,
    deviceSettings: refusing,
    changeSettings: refusing,
    runCandidate: refusing,
    fallBack: refusing,
    snapshots: refusing,
    restore: refusing,
    sqliteVersion: refusing,
    lookAtCamera: refusing,
    addPack: refusing,
    removePack: refusing,
    schemaVersion: refusing,
  };
  const { findings } = await examine(folder, { surroundings: { appliance } });
  assert.match(findings.get('database')?.message ?? '', /it is of a newer release/);
  assert.equal(findings.get('models')?.verdict, 'good');
});

test('times are shown as they are in the household', async (context) => {
  const zones: string[] = [];
  const findRunning = async () => ({ pid: 7, address: 'http://127.0.0.1:8080', token: '', timeZone: 'Asia/Tokyo' });
  await type(newFolder(context), ['visits'], { zones, surroundings: { findRunning } });
  assert.deepEqual(zones, ['Asia/Tokyo']);
});
