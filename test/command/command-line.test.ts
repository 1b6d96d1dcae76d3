import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { commands } from '../../src/command/commands.ts';
import type { StartRequest } from '../../src/appliance.ts';
import { newFolder, ok, type } from './typed.ts';

test('help lists every command with its summary, and needs nothing else', async (context) => {
  const folder = newFolder(context);
  for (const words of [[], ['help'], ['--help'], ['-h']]) {
    const { code, out } = await type(folder, words);
    assert.equal(code, 0);
    for (const line of out.split('\n')) assert.ok(line.length <= 80, line);
    for (const { name, summary, isHidden } of commands()) {
      assert.equal(out.includes(`  ${name}`), isHidden !== true, name);
      if (isHidden === true) continue;
      assert.ok(out.replaceAll(/\s+/g, ' ').includes(summary), summary);
    }
  }
});

test('every command explains itself, with its options, two ways', async (context) => {
  const folder = newFolder(context);
  for (const { name, summary, parameters, options = {} } of commands()) {
    const asked = await type(folder, ['help', ...name.split(' ')]);
    assert.equal(asked.code, 0, name);
    assert.ok(
      asked.out.startsWith(`Usage: doorward ${name}${parameters.text === '' ? '' : ` ${parameters.text}`}`),
      name,
    );
    assert.ok(asked.out.replaceAll(/\s+/g, ' ').includes(summary), name);
    assert.deepEqual(
      asked.out.split('\n').filter((line) => line.length > 80),
      [],
    );
    for (const option of [...Object.keys(options), 'home', 'help'])
      assert.match(asked.out, new RegExp(`--${option}\\b`), name);
    if (name !== 'help') assert.equal((await type(folder, [...name.split(' '), '--help'])).out, asked.out, name);
  }
});

test('summaries are one imperative line without a full stop', () => {
  for (const { summary } of commands()) assert.match(summary, /^[A-Z][^\n]*[^.]$/);
});

test('what is not understood is told with what was probably meant, and exit code 2', async (context) => {
  const folder = newFolder(context);
  const table: [string[], RegExp][] = [
    [['rign'], /^cannot run "rign": there is no such command; did you mean ring\?\nSee: doorward help$/],
    [
      ['people', 'ad', 'Ada'],
      /^cannot run "people ad": there is no such command; did you mean people add\?\nCommands: people list, /,
    ],
    [['peopel', 'list'], /^cannot run "peopel": there is no such command; did you mean people list\?/],
    [['rign', 'now'], /^cannot run "rign": there is no such command; did you mean ring\?/],
    [['strangers', 'nam', '7', 'Ada'], /^cannot run "strangers nam": .*; did you mean strangers name\?/],
    [['settings', 'st', 'web.port', '1'], /^cannot run "settings st": .*; did you mean settings set\?/],
    [
      ['--jsno', 'ring'],
      /^cannot run this: there is no option --jsno; did you mean --json\?\nSee: doorward help ring$/,
    ],
    [['--hlep'], /^cannot run this: there is no option --hlep; did you mean --help\?\nSee: doorward help$/],
    [
      ['--home'],
      /^cannot run this: --home needs a value: type --home DIR, or --home=DIR for one that begins with a dash\n/,
    ],
    [['help', 'vists'], /^cannot explain "vists": there is no such command; did you mean visits\?/],
    [
      ['ring', '--jsno'],
      /^cannot run this: there is no option --jsno; did you mean --json\?\nSee: doorward help ring$/,
    ],
    [['ring', '--home'], /^cannot run this: --home needs a value: type --home DIR, or --home=DIR/],
    [['status', '--home', '--json'], /^cannot run this: --home needs a value: type --home DIR, or --home=DIR/],
    [['visits', '--limit'], /^cannot run this: --limit needs a value: type --limit /],
    [['status', '--json=yes'], /^cannot run this: --json takes no value: type it alone\n/],
    [['status', '--help=yes'], /^cannot run this: --help takes no value: type it alone\n/],
    [['ring', 'now'], /^cannot run ring with 1 parameters: it takes none/],
    [['people', 'rename', 'Ada'], /^cannot run people rename with 1 parameters: it takes PERSON NAME/],
    [
      ['run', '--camera.sorce=x'],
      /^cannot use camera\.sorce in --camera\.sorce: there is no such setting; did you mean camera\.source\?/,
    ],
    [
      ['run', '--web.port', 'many'],
      /^cannot use web\.port = "many" in --web\.port: a whole number from 0 to 65535 was expected/,
    ],
    [['ring', '--web.port=1'], /^cannot run this: there is no option --web\.port/],
    [['visits', '--limit', '0'], /^cannot list that many visits/],
    [['people', 'notify', 'Ada', 'allways'], /did you mean always\?/],
    [['people', 'remove', 'Ada'], /^cannot remove a person without --yes/],
    [['people', 'add', 'Ada'], /^cannot enrol without a face/],
    [['people', 'add', 'Ada', 'a.jpg', '--camera'], /^cannot enrol without a face/],
  ];
  for (const [words, says] of table) {
    const { code, out, err, calls } = await type(folder, words);
    assert.equal(code, 2, words.join(' '));
    assert.match(err, says, words.join(' '));
    assert.equal(out, '', words.join(' '));
    assert.deepEqual(calls, []);
  }
});

test('options are understood before the command, between its words and behind it', async (context) => {
  const folder = newFolder(context);
  const api = { 'GET /api/v1/people': ok({ people: [], total: 0 }), 'GET /api/v1/visits': ok({ visits: [] }) };
  for (const words of [
    ['--json', 'people', 'list'],
    ['people', '--json', 'list'],
    ['people', 'list', '--json'],
    ['--home', 'here', '--json', 'people'],
    ['--json', '--limit', '3', 'visits'],
    ['--limit=3', 'visits', '--json'],
  ]) {
    const { code, out, err } = await type(folder, words, { api });
    assert.deepEqual([code, out, err], [0, '[]', ''], words.join(' '));
  }
  const starts: StartRequest[] = [];
  const start = async (request: StartRequest) => {
    starts.push(request);
    return { outcome: 'refused' as const, message: 'no' };
  };
  await type(folder, ['--web.port', '0', '--camera.source=demo', 'run', '--demo-household'], { start });
  assert.deepEqual(starts[0]?.settingFlags, { 'web.port': '0', 'camera.source': 'demo' });
  assert.equal(starts[0]?.hasDemoHousehold, true);
  assert.match((await type(folder, ['--help', 'ring'])).out, /^Usage: doorward ring /);
  const dashed = await type(folder, ['people', 'show', '--', '--json'], { api });
  assert.match(dashed.err, /cannot find "--json" in the household/, 'what follows -- is a word');
});

test('an option takes a value with every command, or with none', () => {
  const kinds = new Map<string, string>();
  for (const { name, options = {} } of commands())
    for (const [option, { type: kind }] of Object.entries(options)) {
      assert.equal(kind, kinds.get(option) ?? kind, `${name} --${option}`);
      kinds.set(option, kind);
    }
  assert.ok(kinds.size > 10);
});

const onePack = { name: 'one', isAdded: false, isUsed: true, fault: null, terms: null };

test('a noun alone shows its list, or what may follow it', async (context) => {
  const folder = newFolder(context);
  const api = {
    'GET /api/v1/access/claim-code': ok({ claimCode: '7KQ2-M4TV' }),
    'GET /api/v1/access/users': ok({ users: [] }),
    'GET /api/v1/access/invitations': ok({ invitations: [] }),
    'GET /api/v1/access/tokens': ok({ tokens: [] }),
    'GET /api/v1/people': ok({ people: [], total: 0 }),
    'GET /api/v1/visits': ok({ visits: [] }),
    'GET /api/v1/strangers': ok({ strangers: [] }),
    'GET /api/v1/update/history': ok({ trials: [] }),
    'GET /api/v1/models': ok({ packs: [onePack], faces: 0, wanted: null, complaint: null }),
  };
  const nouns = new Set(commands().flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0] ?? ''] : [])));
  for (const noun of [...nouns, 'visits', 'history']) {
    const alone = await type(folder, [noun], { api });
    assert.deepEqual([alone.code, alone.err], [0, ''], noun);
    assert.notEqual(alone.out, '', noun);
    if (['release', 'audit'].includes(noun)) continue;
    assert.deepEqual(await type(folder, [noun, 'list'], { api }), alone, noun);
  }
  assert.match((await type(folder, ['release'])).out, /release build/);
});

test('the home is what the flag says, else the variable, else the default', async (context) => {
  const folder = newFolder(context);
  const homes: string[] = [];
  const start = async ({ home }: StartRequest) => {
    homes.push(home.root);
    return { outcome: 'refused' as const, message: 'no' };
  };
  const environment = { DOORWARD_HOME: '/var/door' };
  await type(folder, ['run', '--home', 'here'], { start, environment });
  await type(folder, ['--home', 'here', 'run'], { start, environment });
  await type(folder, ['--home=here', 'run'], { start, environment });
  await type(folder, ['run'], { start, environment });
  await type(folder, ['run'], { start });
  const here = join(folder, 'here');
  assert.deepEqual(homes, [here, here, here, '/var/door', join(folder, 'home')]);
});

test('version', async (context) => {
  const folder = newFolder(context);
  assert.equal((await type(folder, ['version'])).out, 'doorward 1.2.3 (Node 24.21.0)');
  assert.equal((await type(folder, ['--version'])).out, 'doorward 1.2.3 (Node 24.21.0)');
  assert.deepEqual(JSON.parse((await type(folder, ['version', '--json'])).out), { version: '1.2.3', node: 'v24.21.0' });
});

test('version --models names the recognisers, the one in use first, with terms and pictures', async (context) => {
  const folder = newFolder(context);
  const model = (name: string, more = {}): object => {
    return {
      name,
      embeddingMark: `${name}-1`,
      licence: 'CC0-1.0',
      origin: 'somebody',
      trainedOn: 'faces',
      secret: 1,
      ...more,
    };
  };
  const density = { madeFrom: 'averages', centroids: 'AAAA' };
  const recognisers = [model('mobilefacenet'), model('dlib', { density }), model('dlib-reference')];
  assert.match((await type(folder, ['version', '--models'])).err, /^cannot tell of the models: .* holds none/);
  const modelsFolder = join(folder, 'models');
  mkdirSync(modelsFolder);
  writeFileSync(join(modelsFolder, 'manifest.json'), JSON.stringify({ recognisers }));
  const { out } = await type(folder, ['version', '--models']);
  assert.match(
    out,
    /^mobilefacenet, in use \(mobilefacenet-1\)\n {2}somebody\n {2}licence: CC0-1.0\n {2}learnt from: faces\ndlib \(/,
  );
  assert.match(out, /distances corrected by: averages$/);
  assert.doesNotMatch(out, /reference/);
  const chosen = await type(folder, ['version', '--models', '--json', '--models.recogniser', 'dlib']);
  const [first]: { name: string; isUsed: boolean; density: string }[] = JSON.parse(chosen.out);
  assert.deepEqual([first?.name, first?.isUsed, first?.density], ['dlib', true, 'averages']);
  mkdirSync(join(folder, 'home', 'models', 'mine'), { recursive: true });
  writeFileSync(
    join(folder, 'home', 'models', 'mine', 'manifest.json'),
    JSON.stringify(model('mine', { origin: 'a\u001b[2Jb' })),
  );
  const own = await type(folder, ['version', '--models', '--models.recogniser', 'mine']);
  assert.match(own.out, /^mine, in use \(mine-1\)\n {2}a\\u\{1b\}\[2Jb\n/, 'what an owner adds moves no cursor');
});

test('run passes settings and flags on, says where it is, and ends when told', async (context) => {
  const folder = newFolder(context);
  const end = new AbortController();
  const requests: StartRequest[] = [];
  let stops = 0;
  const start = async (request: StartRequest) => {
    requests.push(request);
    request.writeLog('{"timestamp":"2026-11-20T18:30:05.007Z","level":"INFO","logger":"doorward","message":"ready"}\n');
    end.abort();
    const stop = async (): Promise<void> => {
      stops += 1;
    };
    return {
      outcome: 'running' as const,
      address: 'http://127.0.0.1:8080',
      token: 'of the owner',
      complaints: Promise.resolve(['cannot use x']),
      stop,
      left: new Promise<void>(() => {}),
      timeZone: '',
    };
  };
  const words = ['run', '--demo-household', '--camera.source', 'demo', '--web.port=0', '--gate.p99MsMax=500'];
  const { code, out, err } = await type(folder, words, { start, surroundings: { signal: end.signal } });
  assert.equal(code, 0);
  assert.equal(stops, 1);
  assert.equal(out, 'Doorward runs: http://127.0.0.1:8080');
  assert.match(err, /^\{"timestamp".*"ready"\}\ncannot use x$/);
  const [request] = requests;
  assert.deepEqual(request?.settingFlags, { 'camera.source': 'demo', 'web.port': '0', 'gate.p99MsMax': '500' });
  assert.deepEqual([request?.isOffDuty, request?.hasDemoHousehold], [false, true]);
});

const logLine = (fields: object): string =>
  `${JSON.stringify({ timestamp: '2026-11-20T18:30:05.007Z', level: 'INFO', logger: 'visit', message: 'm', ...fields })}\n`;

test('on a terminal the log is readable: ids are short and told once, outcome and reason are words', async (context) => {
  const visitId = 'aa8764f4-1111-4000-8000-000000000001';
  const trace = { rung: 12.345, named: 640 };
  const start = async (request: StartRequest) => {
    const fault = { exception: { message: 'disk\u001b[2J full' }, context: { visitId: 'v' } };
    request.writeLog(logLine({ level: 'ERROR', message: 'cannot save', ...fault }));
    const decided = { correlation_id: visitId, visitId, outcome: 'known', trace };
    request.writeLog(logLine({ message: 'a visit is decided', context: decided }));
    request.writeLog(
      logLine({
        level: 'WARN',
        context: { correlation_id: visitId, reason: 'no answer', list: [1, null], text: 'a b' },
      }),
    );
    request.writeLog('not json \u001b[2J\n');
    return { outcome: 'refused' as const, message: 'cannot start: the home is locked' };
  };
  const { code, err, priorities } = await type(newFolder(context), ['run'], { start, isInteractive: true });
  assert.equal(code, 1);
  assert.deepEqual(priorities, [3, 6, 4, 6, 3], 'for the journal');
  assert.deepEqual(err.split('\n'), [
    '18:30:05 ERROR visit: cannot save (disk\\u{1b}[2J full) visit=v',
    '18:30:05 INFO visit: a visit is decided: known visit=aa8764f4 trace=(rung 12.35, named 640)',
    '18:30:05 WARN visit: m: no answer id=aa8764f4 list=[1, null] text="a b"',
    'not json \\u{1b}[2J',
    'cannot start: the home is locked',
  ]);
  const coloured = await type(newFolder(context), ['run'], { start, isInteractive: true, hasColour: true });
  const painted = '\u001b[2m18:30:05\u001b[0m \u001b[31mERROR\u001b[0m \u001b[1mvisit\u001b[0m: cannot save';
  assert.ok(coloured.err.startsWith(painted));
});
