// What goes wrong in a house: the bell rings as long as it can, says what is the matter, and loses nothing.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { httpCamera } from '../machine/camera/network-cameras.ts';
import test from 'node:test';
import { demoPicture } from '../people/demo-faces.ts';
import { mayMount } from '../store/child-of-test.ts';
import { Appliance, Doorward, type, newFolder, startAppliance, waitFor, type Ended } from './appliance-process.ts';

/** Starts an appliance that is not meant to stay. */
const run = (home: string, ...flags: readonly string[]): Promise<Ended> =>
  type(['run', '--home', home, '--web.port=0', '--camera.source=push', ...flags]);

interface Health {
  readonly checks: Readonly<Record<string, { status: string; message: string }>>;
}
const health = (appliance: Appliance): Promise<Health> =>
  fetch(`${appliance.address}/api/v1/health`).then((answer) => answer.json() as Promise<Health>);

interface Visit {
  readonly phase: string;
  readonly outcome: string;
  readonly reason: string;
  readonly picture: string | null;
}

/** Rings, and tells what became of the visit. */
async function ring(appliance: Appliance): Promise<Visit> {
  const { visitId } = await appliance.post<{ visitId: string }>('/api/v1/trigger', {});
  return waitFor('the visit is decided', async () => {
    const visit = await appliance.json<Visit>(`/api/v1/visits/${visitId}`);
    return visit.phase === 'decided' ? visit : undefined;
  });
}

test('without models nobody is recognised, but the bell rings, and everybody is told why', async (t) => {
  const folder = newFolder(t);
  const environment = { DOORWARD_MODELS: join(folder, 'nowhere') };
  const appliance = await startAppliance(t, { home: join(folder, 'home'), environment });
  await appliance.post('/api/v1/frames', await demoPicture('red'));
  const { outcome, reason, picture } = await ring(appliance);
  assert.equal(outcome, 'no-face');
  assert.match(
    reason,
    /^recognition is not running: cannot start recognition: .*manifest\.json is missing: run npm run models$/,
  );
  assert.equal((await appliance.get(picture ?? 'none')).status, 200, 'a picture of the visitor is kept all the same');
  assert.match(appliance.process.out, /^Somebody is at the door$/m);
  const ready = await appliance.get('/ready');
  assert.equal(ready.status, 503);
  const { checks } = await health(appliance);
  assert.equal(checks['inference']?.status, 'unhealthy');
  assert.match(checks['inference']?.message ?? '', /nowhere/);
  const doctor = await type(['--home', appliance.home, 'doctor'], environment);
  assert.equal(doctor.code, 1);
  assert.match(doctor.out, /^MEND +models/m, doctor.out);
  assert.equal((await appliance.stop()).code, 0);
});

test('a camera that never opens is tried again and reported; the bell rings without it', async (t) => {
  const folder = newFolder(t);
  const settings = { 'camera.source': `folder:${join(folder, 'no such folder')}` };
  const appliance = await startAppliance(t, { home: join(folder, 'home'), settings });
  const { outcome, reason } = await ring(appliance);
  assert.equal(outcome, 'no-face');
  assert.match(reason, /^the camera gives no pictures: cannot show folder .*no such folder/);
  const check = await waitFor('the camera is reported', async () => {
    const { camera } = (await health(appliance)).checks;
    return camera?.status !== 'healthy' && camera?.message.includes('no such folder') === true ? camera : undefined;
  });
  assert.match(check.message, /cannot show folder/);
  mkdirSync(join(folder, 'no such folder'));
  writeFileSync(join(folder, 'no such folder', '1.jpg'), await demoPicture('red'));
  await waitFor('the camera comes back', async () => (await appliance.get('/api/v1/snapshot.jpg')).status === 200);
});

test('a camera that falls silent is restarted, counted and reported', async (t) => {
  const folder = newFolder(t);
  const picture = await demoPicture('red');
  let answers = 0;
  const source = await httpCamera(t, (_request, response) => {
    answers += 1; // From the sixth on nobody gets an answer.
    if (answers < 6) response.writeHead(200, { 'content-type': 'image/jpeg' }).end(picture);
  });
  const settings = { 'camera.stallMs': '300', 'camera.source': `${source}/snapshot.jpg` };
  const appliance = await startAppliance(t, { home: join(folder, 'home'), settings });
  interface Status {
    readonly camera: { readonly restarts: number; readonly state: string };
  }
  await waitFor('a restart', async () => (await appliance.json<Status>('/api/v1/status')).camera.restarts > 0);
  await waitFor('the count', async () =>
    /^doorward_camera_restarts_total [1-9]/m.test((await appliance.get('/metrics')).text),
  );
  assert.ok(appliance.process.log().some(({ level, logger }) => level === 'WARN' && logger === 'camera'));
});

test('a database of a newer release is refused, and is the same to the byte afterwards', async (t) => {
  const home = join(newFolder(t), 'home');
  await type(['people', 'list', '--home', home]);
  const path = join(home, 'doorward.db');
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = DELETE; PRAGMA user_version = 9999;
    CREATE TABLE IF NOT EXISTS schema_readers (readable_from INTEGER NOT NULL); INSERT INTO schema_readers VALUES (9999)`);
  database.close();
  const before = readFileSync(path);
  const { code, err, out } = await run(home);
  assert.deepEqual([code, out], [1, '']);
  assert.match(err, /^cannot use the database: it has schema version 9999, of a newer release/);
  assert.ok(readFileSync(path).equals(before));
});

test('a database that somebody else holds is waited for, then refused with the reason', async (t) => {
  const home = join(newFolder(t), 'home');
  await type(['people', 'list', '--home', home]);
  const database = new DatabaseSync(join(home, 'doorward.db'));
  database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  const { code, err } = await run(home);
  database.close();
  assert.equal(code, 75);
  assert.match(err, /^cannot open the database .*another process holds the database/);
});

test('broken settings: the bell starts with the last good ones, and says what is wrong', async (t) => {
  const home = join(newFolder(t), 'home');
  mkdirSync(home);
  const file = join(home, 'doorward.toml');
  writeFileSync(file, '[notify]\nratePerMinute = 7\n');
  const first = await startAppliance(t, { home });
  assert.equal((await first.stop()).code, 0);
  writeFileSync(file, '[notify\nratePerMinute = 9\n');
  const appliance = await startAppliance(t, { home });
  await waitFor('complaints', () => appliance.process.err.includes('the last good settings hold instead'));
  assert.match(appliance.process.err, /cannot use .*doorward\.toml/);
  const { settings } = await appliance.json<{ settings: { key: string; value: unknown }[] }>('/api/v1/settings');
  assert.equal(settings.find(({ key }) => key === 'notify.ratePerMinute')?.value, 7);
});

test('what was typed wrong, and what may not be, is refused before anything starts', async (t) => {
  const folder = newFolder(t);
  const home = join(folder, 'home');
  const wrong = await run(home, '--camera.width=broad');
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /camera\.width/);
  const unknown = await run(home, '--camera.sorce=demo');
  assert.deepEqual([unknown.code, /did you mean camera\.source/.test(unknown.err)], [2, true]);
  const together = await run(home, '--recognition.strangersPerName=20000');
  assert.deepEqual([together.code, /cannot use these settings together/.test(together.err)], [2, true]);
  const open = await run(home, '--web.address=192.0.2.7');
  assert.equal(open.code, 2);
  assert.match(open.err, /web\.address = "192\.0\.2\.7".*: the commands on this machine .* come through loopback/);

  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  const taken = await run(home, `--web.port=${port}`);
  assert.equal(taken.code, 75);
  assert.match(taken.err, new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}: another program may use this port`));
  assert.doesNotMatch(taken.out, /runs/);
});

test('of two that start in one home at once, one runs, and the other names it', async (t) => {
  const home = join(newFolder(t), 'home');
  const words = ['run', '--home', home, '--web.port=0', '--camera.source=push'];
  const both = [new Doorward(words), new Doorward(words)];
  t.after(() => both.forEach((one) => one.send('SIGKILL')));
  const refused = await Promise.race(both.map((one) => one.ended));
  const runs = both.find(({ isRunning }) => isRunning);
  assert.ok(runs !== undefined);
  assert.equal(refused.code, 75);
  assert.match(refused.err, new RegExp(`cannot run in .*: the doorward with pid ${runs.pid}( at \\S+)? runs there`));
  await waitFor('the other runs', () => /Doorward runs: /.test(runs.out));
  runs.send('SIGTERM');
  assert.equal((await runs.end()).code, 0);
});

const skip = mayMount() ? false : 'this user may not have mounts of its own';

/** Mounts a small disk at $1 that only the command sees, does what $2 says there, and runs the rest. */
function onSmallDisk(folder: string, script: string): readonly string[] {
  const mount = 'mount -t tmpfs -o size=8m,mode=777 none "$1"';
  return [
    'unshare',
    '-rm',
    'sh',
    '-euc',
    `${mount}; cp -r "$1.kept" "$1/home"; ${script}; shift; exec "$@"`,
    'sh',
    folder,
  ];
}

test('a home that may only be read is refused with the reason', { skip }, async (t) => {
  const folder = join(newFolder(t), 'disk');
  mkdirSync(folder);
  const home = `${folder}.kept`;
  await type(['people', 'list', '--home', home]);
  const through = onSmallDisk(folder, 'mount -o remount,ro "$1"');
  const words = ['run', '--home', join(folder, 'home'), '--web.port=0', '--camera.source=push'];
  const { code, err } = await new Doorward(words, { through }).end();
  assert.equal(code, 75);
  assert.match(err, /^cannot .*(read-only|may only be read|may write)/i);
});

test('a full disk does not silence the bell: it rings, says who it was, and complains', { skip }, async (t) => {
  const folder = join(newFolder(t), 'disk');
  mkdirSync(folder);
  await type(['people', 'list', '--home', `${folder}.kept`]);
  const words = ['run', '--home', join(folder, 'home'), '--web.port=0', '--camera.source=push'];
  const doorward = new Doorward(words, { through: onSmallDisk(folder, ':') });
  t.after(() => doorward.send('SIGKILL'));
  const address = await waitFor('it runs', () => /Doorward runs: (\S+)/.exec(doorward.out)?.[1]);
  const appliance = new Appliance(doorward, join(folder, 'home'), address);
  // The disk is the appliance's alone; /proc leads there.
  const ballast = `/proc/${doorward.pid}/root${folder}/ballast`;
  fill(ballast);
  const { visitId } = await appliance.post<{ visitId: string }>('/api/v1/trigger', {});
  await waitFor('the ring', () => doorward.out.includes('Somebody is at the door'));
  await waitFor('the complaint', () =>
    doorward.log().some(({ level, message }) => level === 'ERROR' && /cannot/.test(message)),
  );
  rmSync(ballast);
  await waitFor('the visit is kept when there is room again', async () =>
    (await appliance.get(`/api/v1/visits/${visitId}`)).text.includes('"decided"'),
  );
  assert.equal((await appliance.stop()).code, 0);
});

test('a disk that is full at power-on: room was kept for it, and the bell rings', { skip }, async (t) => {
  const folder = join(newFolder(t), 'disk');
  mkdirSync(folder);
  const kept = `${folder}.kept`;
  const before = await startAppliance(t, { home: kept });
  const reserve = join(kept, 'reserve');
  await waitFor('room is kept', () => existsSync(reserve) && readdirSync(reserve).length === 8);
  assert.equal((await before.stop()).code, 0);
  for (const name of readdirSync(reserve).slice(2)) rmSync(join(reserve, name)); // The disk is small.
  const words = ['run', '--home', join(folder, 'home'), '--web.port=0', '--camera.source=push'];
  const through = onSmallDisk(folder, 'cat /dev/zero > "$1/ballast" 2>/dev/null || true');
  const doorward = new Doorward(words, { through });
  t.after(() => doorward.send('SIGKILL'));
  const address = await waitFor('it runs', () => /Doorward runs: (\S+)/.exec(doorward.out)?.[1]);
  const appliance = new Appliance(doorward, join(folder, 'home'), address);
  assert.deepEqual(readdirSync(`/proc/${doorward.pid}/root${folder}/home/reserve`), ['room-2']);
  await ring(appliance);
  assert.match(doorward.out, /Somebody is at the door/);
  assert.ok(doorward.log().some(({ level, message }) => level === 'ERROR' && message.startsWith('the disk is full')));
  assert.equal((await appliance.stop()).code, 0);
});

/** Writes until there is no room for a byte. */
function fill(path: string): void {
  for (const size of [65_536, 4096, 1]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
    }
  }
}
