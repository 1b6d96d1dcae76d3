/** Settings that cannot be used, from every place where settings are said: the bell rings, the door opens, and it is told. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, symlinkSync, writeFileSync, writeSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type TestContext } from 'node:test';
import { Appliance, Doorward, newFolder, type, waitFor, type Environment } from './appliance-process.ts';

/** One hostile thing: as it is said in its place, and what of it stands in a complaint. */
type Hostile = readonly [said: string | (() => void), complaint: RegExp];

/** In a home, everything of one place at once, so that one start shows it all: by name, how it is said and complained about. */
const files = (path: (name: string) => string): Readonly<Record<string, Hostile>> => ({
  '10-address': [
    '[web]\naddress = "192.0.2.7"',
    /web\.address = "192\.0\.2\.7" in .*10-address\.toml: .*through loopback/,
  ],
  '11-address': ['web.address = "203.0.113.9"', /203\.0\.113\.9/],
  '12-type': ['camera = 5', /cannot use camera in/],
  '13-date': ['retention.days = 2020-01-01', /retention\.days/],
  '14-camera': ['camera.source = "ftp://door.local/1"', /camera\.source "ftp:…": it may be demo/],
  '15-number': ['camera.source = 5', /camera\.source = 5/],
  '16-button': ['button.line = "pipe:/etc/passwd"', /not a named pipe/],
  '17-zone': ['update.timeZone = "Europe/Berln"', /household\.timeZone = "Europe\/Berln"/],
  '18-rule': ['recognition.strangersPerName = 20000', /recognition\.strangersPerKnown must be at least/],
  '19-gate': ['gate.errorPercent = 100', /gate\.errorPercent/],
  '28-watched': ['update.watchedFolder = "/nowhere/either"', /watchedFolder is not there now.*nowhere\/either/],
  '20-unknown': ['[kamera]\nsource = "demo"', /kamera\.source .*did you mean camera\.source/],
  '21-syntax': ['[web\nport = 1', /21-syntax\.toml: .*\(line 1, column \d+\)/],
  '22-bytes': ['\0\x01\xff\xfe', /cannot use .*22-bytes\.toml/],
  '23-nested': [`a = ${'['.repeat(100_000)}`, /cannot use .*23-nested\.toml/],
  '24-large': [`# ${'x'.repeat(2_000_000)}`, /24-large\.toml: it is larger than/],
  '25-folder': [() => mkdirSync(path('25-folder')), /25-folder\.toml: it is not a file/],
  '26-pipe': [() => void execFileSync('mkfifo', [path('26-pipe')]), /26-pipe\.toml: it is not a file/],
  '27-endless': [() => symlinkSync('/dev/zero', path('27-endless')), /27-endless\.toml: it is not a file/],
});

/** By key: the text of the row. */
const rows: Readonly<Record<string, Hostile>> = {
  'web.address': ['"192.0.2.7"', /web\.address.* in device/],
  'web.port': ['1', /127\.0\.0\.1:1: a port below 1024 needs a right that doorward does not have/],
  'door.colour': ['"red"', /door\.colour in device: there is no such setting/],
  'update.consent': ['"never-on-sundays"', /update\.consent = "never-on-sundays"/],
  'retention.days': ['{"day', /retention\.days in device: its row in the database cannot be read/],
  '': ['1', /cannot use {2}in device: there is no such setting/],
  'notify.webhookUrl': ['"javascript:alert(1)"', /notify\.webhookUrl = \(hidden\)/],
  'update.sourceUrl': ['"http://updates.example.org/"', /update\.sourceUrl.*in the clear/],
  'camera.width': ['1e300', /camera\.width/],
  'camera.source': ['"folder:/nowhere/at/all"', /nowhere\/at\/all/],
};

const variables: Readonly<Record<string, Hostile>> = {
  DOORWARD_WEB_ADDRESS: ['::2', /web\.address = "::2" in DOORWARD_WEB_ADDRESS/],
  DOORWARD_WEB_PROT: ['80', /did you mean DOORWARD_WEB_PORT/],
  DOORWARD_CAMERA_WIDTH: ['wide', /camera\.width = "wide"/],
  DOORWARD_UPDATE_WINDOW: ['at night', /update\.window/],
  DOORWARD_NOTIFY_WEBHOOK_URL: [
    'http://hooks.example.org/',
    /DOORWARD_NOTIFY_WEBHOOK_URL: an address that begins with/,
  ],
};

/** By the name of the file. */
const credentials: Readonly<Record<string, Hostile>> = {
  'doorward.recognition.strangersPerName': ['20000', /recognition\.strangersPerName from the credential/],
  'doorward.web.port': ['http', /web\.port = \(hidden\) in the credential/],
  'doorward.log.level': ['x'.repeat(70_000), /the credential doorward\.log\.level: it is larger than/],
  'doorward.notify.webhookSecrets': ['x', /did you mean notify\.webhookSecret/],
};

/** As root every port may be had. */
const isRoot = process.getuid?.() === 0;

test('files: it rings, it opens its door, it complains of each', async (t) => {
  const home = join(newFolder(t), 'home');
  const hostile = files((name) => join(home, 'settings.d', `${name}.toml`));
  mkdirSync(join(home, 'settings.d'), { recursive: true });
  for (const [name, [said]] of Object.entries(hostile))
    if (typeof said === 'string') writeFileSync(join(home, 'settings.d', `${name}.toml`), said, 'latin1');
    else said();
  await complainsOf(await run(t, home, { DOORWARD_WEB_PORT: '0' }), hostile);
});

test('the only file is none, and the folder of the others is one', async (t) => {
  const home = newFolder(t);
  mkdirSync(join(home, 'doorward.toml'));
  writeFileSync(join(home, 'settings.d'), '');
  const hostile: Record<string, Hostile> = {
    'doorward.toml': ['', /doorward\.toml: it is not a file/],
    'settings.d': ['', /cannot list .*settings\.d/],
  };
  await complainsOf(await run(t, home, { DOORWARD_WEB_PORT: '0' }), hostile);
});

test('rows of the device: it rings, it opens its door, it complains of each', async (t) => {
  const home = join(newFolder(t), 'home');
  assert.equal((await type(['settings', 'set', 'log.level', 'DEBUG', '--home', home])).code, 0, 'the database is made');
  const database = new DatabaseSync(join(home, 'doorward.db'));
  const hostile = Object.fromEntries(Object.entries(rows).filter(([key]) => !isRoot || key !== 'web.port'));
  for (const [key, [text]] of Object.entries(hostile))
    database.prepare('INSERT INTO device_settings VALUES (?, ?)').run(key, String(text));
  database.close();
  await complainsOf(await run(t, home, {}), hostile);
});

test('a table of the device that cannot be read', async (t) => {
  const home = join(newFolder(t), 'home');
  assert.equal((await type(['settings', 'set', 'log.level', 'DEBUG', '--home', home])).code, 0);
  const database = new DatabaseSync(join(home, 'doorward.db'));
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const pageBytes = Number(Object.values(database.prepare('PRAGMA page_size').get() ?? {})[0]);
  const pages = database.prepare("SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'device_settings'").all();
  database.close();
  const file = openSync(join(home, 'doorward.db'), 'r+');
  for (const { rootpage } of pages)
    writeSync(file, Buffer.alloc(100, 0xff), 0, 100, (Number(rootpage) - 1) * pageBytes);
  closeSync(file);
  await complainsOf(await run(t, home, { DOORWARD_WEB_PORT: '0' }), { table: ['', /device_settings.*malformed/] });
});

test('environment and credentials: it rings, it opens its door, it complains of each', async (t) => {
  const folder = newFolder(t);
  for (const [name, [text]] of Object.entries(credentials)) writeFileSync(join(folder, name), String(text));
  const said = Object.fromEntries(Object.entries(variables).map(([name, [text]]) => [name, String(text)]));
  const environment = { ...said, CREDENTIALS_DIRECTORY: folder, DOORWARD_WEB_PORT: '0' };
  await complainsOf(await run(t, join(folder, 'home'), environment), { ...variables, ...credentials });
  const file = { CREDENTIALS_DIRECTORY: '/etc/passwd', DOORWARD_WEB_PORT: '0' };
  await complainsOf(await run(t, join(folder, 'other'), file), { passwd: ['', /credentials in \/etc\/passwd/] });
});

/** It rings and answers; log and health tell what does not hold; and it ends well. */
async function complainsOf(appliance: Appliance, hostile: Readonly<Record<string, Hostile>>): Promise<void> {
  assert.match(appliance.address, /^http:\/\/127\.0\.0\.1:\d+$/);
  const told = (): readonly string[] =>
    appliance.process.log().filter(({ level }) => level !== 'INFO').map(({ message, context }) =>
      `${message} ${Object.values(context).join(' ')}`); // prettier-ignore
  for (const [name, [, complaint]] of Object.entries(hostile))
    await waitFor(`the complaint about ${name}`, () => told().some((line) => complaint.test(line)));
  assert.equal((await appliance.type('ring')).code, 0, 'where web.loopback cannot be read, its owner still comes in');
  await waitFor('the ring', () => appliance.process.out.includes('Somebody is at the door'));
  assert.equal((await appliance.get('/')).status, 200);
  const { token } = JSON.parse(readFileSync(join(appliance.home, 'running.json'), 'utf8')) as { token: string };
  const health = await fetch(`${appliance.address}/api/v1/health`, { headers: { authorization: `Bearer ${token}` } });
  assert.match(await health.text(), /"check_name":"settings","status":"degraded","message":"cannot /);
  assert.equal((await appliance.stop()).code, 0);
}

/** Starts without a flag: whatever holds was said somewhere else, or is safe. */
async function run(t: TestContext, home: string, environment: Environment): Promise<Appliance> {
  const doorward = new Doorward(['run', '--home', home], { environment });
  t.after(async () => {
    doorward.send('SIGKILL');
    await doorward.ended;
  });
  const address = await waitFor('it runs', () => {
    assert.ok(doorward.isRunning, `it has ended: ${doorward.err}`);
    return /^Doorward runs: (\S+)$/m.exec(doorward.out)?.[1];
  });
  return new Appliance(doorward, home, address);
}

test('a port that another program has: the bell rings at another, and it is set and mended without it', async (t) => {
  const home = join(newFolder(t), 'home');
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  const say = (...words: string[]) => type(['--home', home, ...words]);
  const refused = await say('settings', 'set', 'web.port', String(port));
  assert.deepEqual([refused.code, /another program may use this port/.test(refused.err)], [1, true]);
  const appliance = await run(t, home, { DOORWARD_WEB_PORT: String(port), DOORWARD_CAMERA_SOURCE: 'none' });
  assert.notEqual(appliance.address, `http://127.0.0.1:${port}`);
  assert.equal((await appliance.type('ring')).code, 0, 'commands find it');
  const health = JSON.parse((await appliance.get('/api/v1/health')).text) as {
    checks: Record<string, { message: string }>;
  };
  assert.match(health.checks['settings']?.message ?? '', new RegExp(`127\\.0\\.0\\.1:${port}.*the page is at`));
  assert.equal((await appliance.stop()).code, 0);
});

test('settings are set, explained and removed where nothing runs, and where nothing could', async (t) => {
  const home = join(newFolder(t), 'home');
  const say = (...words: string[]) => type(['--home', home, ...words]);
  assert.equal((await say('settings', 'set', 'retention.days', '7')).code, 0, 'there was no home yet');
  assert.match((await say('settings', 'retention.days')).out, /\n7\ndevice\n/);
  const open = await say('settings', 'set', 'web.address', '192.0.2.7');
  assert.deepEqual([open.code, /through loopback/.test(open.err)], [2, true]);
  const database = new DatabaseSync(join(home, 'doorward.db'));
  database.exec(`INSERT INTO device_settings VALUES ('web.address', '"192.0.2.7"'), ('door.colour', '"red"')`);
  database.close();
  const explained = await say('settings', 'explain', 'web.address');
  assert.deepEqual([explained.code, /left out +cannot use web\.address/.test(explained.out)], [1, true]);
  for (const key of ['web.address', 'door.colour']) assert.equal((await say('settings', 'unset', key)).code, 0, key);
  const mended = await say('settings', 'explain');
  assert.deepEqual([mended.code, mended.out], [0, 'everything that is set holds\n']);
  const audit = await say('audit', 'verify');
  assert.match(audit.out, /^the audit chain is whole: [1-9]/, 'who changes settings is in the chain');
});

test('what cannot be used is refused when it is set, too: the page is told why', async (t) => {
  const home = join(newFolder(t), 'home');
  const appliance = await run(t, home, { DOORWARD_WEB_PORT: '0', DOORWARD_CAMERA_SOURCE: 'none' });
  const patch = async (body: unknown): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`${appliance.address}/api/v1/settings`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, text: await answer.text() };
  };
  for (const [key, value] of Object.entries({
    'web.address': '192.0.2.7',
    'camera.source': 'ftp://door.local/',
    'notify.webhookUrl': 'javascript:alert(1)',
    'gate.errorPercent': 100,
    'update.sourceUrl': 'http://updates.example.org/',
    'update.timeZone': 'Europe/Berln',
    'household.timeZone': 'Europe/Berln',
    'recognition.strangersPerName': 20_000,
    'web.port': 1,
  })) {
    // prettier-ignore
    if (isRoot && value === 1) continue;
    const { status, text } = await patch({ [key]: value });
    assert.equal(status, 422, `${key}: ${text}`);
    assert.match(text, /cannot use/);
  }
  assert.equal((await patch({ 'notify.webhookUrl': 'https://hooks.example.org/the-token' })).status, 200);
  assert.equal((await appliance.stop()).code, 0);
  const next = await run(t, home, { DOORWARD_WEB_PORT: '0', DOORWARD_CAMERA_SOURCE: 'none' });
  const { text } = await next.get('/api/v1/settings');
  assert.match(text, /https:\/\/hooks\.example\.org\/••••••/);
  assert.doesNotMatch(text, /the-token/);
});
