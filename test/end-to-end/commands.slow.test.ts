// What people type, beside an appliance that runs and where none does: what they read, and with which code it ends.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type TestContext } from 'node:test';
import sharp from 'sharp';
import { demoPicture } from '../people/demo-faces.ts';
import { type, newFolder, startAppliance, waitFor, type Ended } from './appliance-process.ts';
import { picturesIn } from './street.ts';

type Say = (...words: readonly string[]) => Promise<Ended>;

/** A home without an appliance, and the way to type commands in it. */
function offDuty(t: TestContext): { folder: string; home: string; say: Say } {
  const folder = newFolder(t);
  const home = join(folder, 'home');
  return { folder, home, say: (...words) => type(['--home', home, ...words]) };
}

const idIn = (text: string): string => /\(([\w-]{8,})\)/.exec(text)?.[1] ?? '';

/** The life of a household, told by commands alone. */
async function keepHouse(say: Say, folder: string): Promise<void> {
  const [red = '', again = '', green = '', profile = ''] = await picturesIn(
    join(folder, 'album'), 'red', 'redElsewhere', 'green', 'profile',
  ); // prettier-ignore
  assert.equal((await say('people', 'list')).out, 'Nobody is enrolled: doorward people add NAME PICTURE…\n');

  const ada = await say('people', 'add', 'Ada', red);
  assert.match(ada.out, /^Ada: 1 face enrolled \([\w-]+\)\n$/, ada.err);
  const grace = await say('people', 'add', 'Grace Hopper', green, profile);
  assert.equal(grace.code, 1, 'one of the pictures was refused');
  assert.match(grace.err, /4\.jpg: cannot use this face: it is turned \d+ degrees away, 40 at most/);
  assert.match(grace.out, /^Grace Hopper: 1 face enrolled/);
  const likeness = await say('people', 'add', 'Eve', again);
  assert.deepEqual([likeness.code, likeness.out], [1, '']);
  assert.match(likeness.err, /Ada/);

  const recognised = await say('recognize', again, green, '--json');
  const [first, second] = JSON.parse(recognised.out) as {
    faces: { name: string; outcome: string; reason: string }[];
  }[];
  assert.deepEqual([first?.faces[0]?.name, first?.faces[0]?.outcome], ['Ada', 'known']);
  assert.match(
    first?.faces[0]?.reason ?? '',
    /^Ada: distance 0\.\d\d \(0\.48 allowed\), 0\.\d\d nearer than Grace Hopper$/,
  );
  assert.equal(second?.faces[0]?.name, 'Grace Hopper');
  assert.match((await say('recognize', again)).out, /2\.jpg: Ada \(known\) at \[.*\], score 0\.\d\d: Ada: distance/);

  assert.match((await say('people', 'rename', 'Ada', 'Ada Lovelace')).out, /^Ada is now Ada Lovelace\n$/);
  assert.match(
    (await say('people', 'show', 'ada lovelace')).out,
    /^Ada Lovelace \([\w-]+\)\nhousehold, notify default/,
  );
  assert.match((await say('people', 'merge', 'Grace Hopper', 'Ada Lovelace')).out, /now counts as Ada Lovelace/);
  assert.match((await say('people', 'list')).out, /^Grace Hopper +counts as Ada Lovelace +1 face/m);
  assert.match((await say('recognize', green)).out, /Ada Lovelace \(known\)/);
  assert.equal((await say('people', 'unmerge', 'Grace Hopper')).code, 0);
  assert.match((await say('recognize', green)).out, /Grace Hopper \(known\)/);

  const unknown = await say('people', 'show', 'Grce Hopper');
  assert.deepEqual([unknown.code, unknown.out], [1, '']);
  assert.match(unknown.err, /cannot find "Grce Hopper" in the household; did you mean Grace Hopper\?/);
  assert.equal((await say('people', 'remove', 'Grace Hopper')).code, 2, 'it wants --yes');
  const removed = await say('people', 'remove', 'Grace Hopper', '--yes');
  assert.match(
    removed.out,
    /^Grace Hopper is forgotten: 1 face, 1 vector, 0 visits, \d pictures?\ncertificate [0-9a-f]{64}\n$/,
  );
  assert.doesNotMatch((await say('recognize', green)).out, /Grace/);
}

test('where no appliance runs, a command brings its own for as long as it takes', async (t) => {
  const { say, folder } = offDuty(t);
  const [red = '', again = ''] = await picturesIn(join(folder, 'album'), 'red', 'redElsewhere');
  assert.match((await say('people', 'add', 'Ada', red)).out, /^Ada: 1 face enrolled \([\w-]+\)\n$/);
  assert.match((await say('people', 'list')).out, /^Ada +household +1 face/);
  assert.match((await say('recognize', again)).out, /2\.jpg: Ada \(known\) at \[.*\], score 0\.\d\d: Ada: distance/);
  const tight = join(folder, 'tight.jpg');
  writeFileSync(
    tight,
    await sharp(await demoPicture('redElsewhere'))
      .extract({ left: 85, top: 85, width: 310, height: 310 })
      .toBuffer(),
  );
  assert.match((await say('recognize', tight)).out, /tight\.jpg: Ada \(\w+\) at/, 'a face that fills its picture');
  assert.equal((await say('visits')).out, 'Nobody has been at the door yet.\n');
  const removed = await say('people', 'remove', 'Ada', '--yes');
  assert.match(removed.out, /^Ada is forgotten: 1 face, 1 vector, 0 visits, 1 picture\ncertificate [0-9a-f]{64}\n$/);
});

test('the household, by commands beside an appliance that runs; the door, by the others', async (t) => {
  const folder = newFolder(t);
  await picturesIn(join(folder, 'street'), 'redElsewhere');
  const appliance = await startAppliance(t, {
    home: join(folder, 'home'),
    settings: { 'camera.source': `folder:${join(folder, 'street')}` },
  });
  const say: Say = (...words) => appliance.type(...words);
  assert.equal((await say('visits')).out, 'Nobody has been at the door yet.\n');
  await keepHouse(say, folder);
  await waitFor('pictures flow', async () => (await appliance.get('/api/v1/snapshot.jpg')).status === 200);

  const rung = await say('ring');
  assert.equal(rung.code, 0);
  assert.match(rung.out, /^ringing…\nAda Lovelace is at the door \(known\): Ada Lovelace: distance 0\.\d\d .*agree\n$/);
  const list = await say('visits');
  assert.match(list.out, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  known  Ada Lovelace  command  /);
  const [visit] = JSON.parse((await say('visits', '--json')).out) as { id: string }[];
  const story = await say('visits', visit?.id ?? '');
  assert.match(story.out, /^Ada Lovelace is at the door \(known\)/);
  assert.match(
    story.out,
    /\d+ frames, \d+ with a face, \d+ usable; \d+ % agree\nknown up to 0\.50, probably up to 0\.55, margin/,
  );
  assert.match(story.out, /ms after the trigger: .*rung \d+.*named \d+/);
  assert.match(story.out, /notification "ring" through terminal: sent/);
  assert.equal((await say('visits', 'nobody')).code, 1);
  assert.equal((await say('visits', '--limit', 'many')).code, 2);

  const enrolled = await say('people', 'add', 'Ada Lovelace', '--visit', visit?.id ?? '');
  assert.match(enrolled.out, /^Ada Lovelace: 1 face enrolled/, enrolled.err);
  await trySelfTest(appliance, visit?.id ?? '');
  const doctor = await say('doctor');
  assert.match(doctor.out, /^good +appliance +pid \d+ runs at http:\/\/127\.0\.0\.1:\d+$/m, doctor.out);
  const second = await type(['--home', appliance.home, 'run', '--web.port=0']);
  assert.equal(second.code, 75);
  assert.ok(
    second.err.includes(`the doorward with pid ${appliance.process.pid} at ${appliance.address} runs there`),
    second.err,
  );
});

/** Ada Lovelace has two pictures, one of them from the visit; the visitor stands there still. */
async function trySelfTest(appliance: Awaited<ReturnType<typeof startAppliance>>, enrolledId: string): Promise<void> {
  const accuracy = async (): Promise<string | undefined> =>
    /^face_recognition_accuracy\{model_version="mobile_face_net-int8-\w+"\} (\S+)$/m.exec(
      (await appliance.get('/metrics')).text,
    )?.[1];
  assert.equal(await accuracy(), undefined, 'nothing was tried yet');
  const well = await appliance.type('self-test');
  assert.deepEqual([well.code, well.err], [0, '']);
  assert.match(
    well.out,
    /^Well: all of 2 pictures would get the right name\.\npictures +2 of 2 tried against all others/,
  );
  assert.match(well.out, /^visits +1 in 30 days: 1 decided as at the door$/m);
  assert.equal(await accuracy(), '1');

  assert.equal((await fetch(`${appliance.address}/api/v1/trigger`, { method: 'POST' })).status, 202);
  const rung = await waitFor('the visit is decided', async () => {
    const { visits } = JSON.parse((await appliance.get('/api/v1/visits')).text) as {
      visits: { id: string; phase: string }[];
    };
    return visits.find(({ id, phase }) => id !== enrolledId && phase === 'decided')?.id;
  });
  const correction = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"personId":null}' };
  assert.equal((await fetch(`${appliance.address}/api/v1/visits/${rung}/correct`, correction)).status, 200);
  const ill = await appliance.type('self-test', '--apply');
  assert.equal(ill.code, 1, ill.err);
  assert.match(ill.out, /^Not well: of 2 pictures and 1 visit, 0 would get the right name, 1 a wrong one, 2 none\.\n/);
  assert.match(ill.out, /^your word +at the door 1 right, 1 wrong; today 1 wrong$/m);
  assert.match(
    ill.out,
    /^- 2 of 2 pictures of Ada Lovelace .*because you have said of a face like that that it is not Ada L/m,
  );
  assert.match(ill.out, /^No setting is recommended: nothing was changed\.$/m);
  assert.equal(await accuracy(), '0');
  const last = JSON.parse((await appliance.get('/api/v1/self-test')).text) as { selfTest: { cases: number } };
  assert.equal(last.selfTest.cases, 3);
}

test('settings say where each value came from, file and device and variable and flag', async (t) => {
  const { home, say } = offDuty(t);
  await say('settings', 'set', 'notify.quietHours', '22:00-07:00');
  writeFileSync(join(home, 'doorward.toml'), '[camera]\nwidth = 640\nheight = 480\n');
  const environment = { DOORWARD_CAMERA_HEIGHT: '360', DOORWARD_NOTIFY_WEBHOOK_SECRET: 'between us' };
  const asked = await type(['settings', '--home', home, '--web.port=9999'], environment);
  assert.deepEqual([asked.code, asked.err], [0, '']);
  for (const line of [
    /^web\.port +9999 +--web\.port/m, /^camera\.width +640 +.*doorward\.toml/m, /^camera\.height +360 +.*DOORWARD_CAMERA_HEIGHT/m,
    /^notify\.quietHours +"22:00-07:00" +.*device/m, /^camera\.source +"demo" +default/m,
  ]) assert.match(asked.out, line); // prettier-ignore
  assert.doesNotMatch(asked.out, /between us/);
  assert.equal((await say('settings', 'set', 'camera.width', 'wide')).code, 2);
  assert.equal((await say('settings', 'unset', 'notify.quietHours')).code, 0);
  assert.match((await say('settings', 'notify.quietHours')).out, /^notify\.quietHours\n""\ndefault/);
});

test('the audit chain is whole until somebody changes a letter of it, or removes it', async (t) => {
  const { home, say, folder } = offDuty(t);
  const [red = ''] = await picturesIn(join(folder, 'album'), 'red');
  await say('people', 'add', 'Ada', red);
  const whole = await say('audit', 'verify');
  assert.deepEqual([whole.code, whole.err], [0, '']);
  assert.match(whole.out, /^the audit chain is whole: [1-9]\d* entr/);
  const head = /^its head: (\d+:[0-9a-f]{64})$/m.exec(whole.out)?.[1] ?? '';
  assert.equal((await say('audit', 'verify', '--against', head)).code, 0);
  assert.equal((await say('audit', 'verify', '--against', 'now')).code, 2);
  const [name = ''] = readdirSync(join(home, 'audit')).filter((file) => file.endsWith('.jsonl'));
  const path = join(home, 'audit', name);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"data_modification"', '"data_access"'));
  const broken = await say('audit', 'verify');
  assert.deepEqual([broken.code, broken.out], [1, '']);
  assert.match(broken.err, /line 1|line \d+/);
  const appliance = await startAppliance(t, { home });
  assert.ok(appliance.process.log().some(({ message }) => message === 'the audit chain was broken and is set aside'));
  assert.equal((await say('audit', 'verify')).code, 0);
  assert.match((await say('audit', 'verify')).err, /an earlier chain was broken, and is kept in/);
  const other = await say('audit', 'verify', '--against', head);
  assert.deepEqual([other.code, other.out], [1, '']);
  await appliance.stop();
  rmSync(join(home, 'audit'), { recursive: true });
  const gone = await say('audit', 'verify');
  assert.equal(gone.code, 1);
  assert.match(gone.err, /cannot find the signed head/);
});

test('help, version and slips of the pen', async (t) => {
  const { say } = offDuty(t);
  assert.match((await say('version')).out, /^doorward \d+\.\d+\.\d+ \(Node 24\.\d+\.\d+\)\n$/);
  assert.match((await say('help', 'people', 'add')).out, /^Usage: doorward people add NAME \[PICTURE…\] \[OPTIONS\]/);
  assert.match((await say('people')).out, /^Nobody is enrolled: doorward people add NAME/);
  assert.match((await say('release')).out, /release build/);
  const slip = await say('rnig');
  assert.deepEqual([slip.code, slip.out], [2, '']);
  assert.match(slip.err, /cannot run "rnig": there is no such command; did you mean ring\?/);
  assert.match((await say('ring', '--jsn')).err, /there is no option --jsn; did you mean --json\?/);
  const nobody = await say('ring');
  assert.deepEqual([nobody.code, nobody.out], [69, '']);
  const camera = await say('people', 'add', 'Ada', '--camera');
  assert.equal(camera.code, 69);
});

test('whoever is forgotten is nowhere in the home, and does not come back', async (t) => {
  const folder = newFolder(t);
  const home = join(folder, 'home');
  const name = 'Zuleika Dobson';
  const [red = ''] = await picturesIn(join(folder, 'album'), 'red');
  await picturesIn(join(folder, 'street'), 'redElsewhere');
  const settings = { 'camera.source': `folder:${join(folder, 'street')}` };
  const appliance = await startAppliance(t, { home, settings });
  const added = await appliance.type('people', 'add', name, red);
  const personId = idIn(added.out);
  await waitFor('pictures flow', async () => (await appliance.get('/api/v1/snapshot.jpg')).status === 200);
  assert.match((await appliance.type('ring')).out, new RegExp(`${name} is at the door`));
  const [visit] = JSON.parse((await appliance.type('visits', '--json')).out) as { id: string }[];
  const traces = [Buffer.from(name), ...vectorsIn(home)];
  assert.ok(traces.length >= 3, 'the enrolled face and that of the visit');
  for (const trace of traces) assert.notDeepEqual(finds(home, trace), [], 'the search finds what is there');

  const removed = await appliance.type('people', 'remove', name, '--yes', '--json');
  const certificate = JSON.parse(removed.out) as Record<string, number>;
  const { people, faces, visits } = certificate;
  assert.deepEqual({ people, visits }, { people: 1, visits: 1 });
  assert.ok(faces !== undefined && faces >= 1);
  assert.ok((certificate['pictures'] ?? 0) >= 2, removed.out);
  const left = (): readonly string[] => traces.flatMap((trace) => finds(home, trace));
  assert.deepEqual(left(), []);
  assert.equal((await appliance.get(`/api/v1/people/${personId}`)).status, 404);
  await appliance.stop();
  assert.deepEqual(left(), []);
  const visited = finds(home, Buffer.from(visit?.id ?? '')).filter((path) => !path.includes('/audit/'));
  assert.deepEqual(visited, [], 'ids stay in the audit chain alone');

  const again = await startAppliance(t, { home, settings });
  assert.match((await again.type('people', 'list')).out, /^Nobody is enrolled/);
  assert.match((await again.type('visits')).out, /^Nobody has been/);
  await waitFor('pictures flow', async () => (await again.get('/api/v1/snapshot.jpg')).status === 200);
  assert.match(
    (await again.type('ring')).out,
    /A stranger is at the door \(stranger\): nobody enrolled looks like this/,
  );
});

/** A piece of every stored vector. */
function vectorsIn(home: string): readonly Buffer[] {
  const database = new DatabaseSync(join(home, 'doorward.db'), { readOnly: true });
  const rows = database.prepare('SELECT vector FROM embeddings').all() as { vector: Uint8Array }[];
  database.close();
  return rows.map(({ vector }) => Buffer.from(vector).subarray(40, 80));
}

/** Files below a folder that hold these bytes. */
function finds(folder: string, bytes: Buffer): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && readFileSync(path).includes(bytes));
}
