import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { acquireInstanceLock, findRunning, tokenOfRunning } from '../../../src/machine/process/instance-lock.ts';

/** A home whose path is longer than a unix socket's may be. */
async function temporaryHome(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-lock-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'a-long-name-'.repeat(15));
}

test('the holder can be found by its home, by nobody but the owner, until it lets go', async (t) => {
  const home = await temporaryHome(t);
  assert.equal(await findRunning(home), undefined);
  const taken = await acquireInstanceLock(home);
  assert.ok(taken.outcome === 'acquired');
  assert.deepEqual((await findRunning(home))?.address, '', 'it runs, and does not listen yet');
  assert.equal(await tokenOfRunning(home), undefined);
  await taken.lock.announce({ address: 'http://127.0.0.1:8080', token: 'key' });
  assert.equal(await tokenOfRunning(home), 'key', 'a candidate takes it over');
  const running = await findRunning(home);
  assert.deepEqual([running?.pid, running?.address, running?.token], [process.pid, 'http://127.0.0.1:8080', 'key']);
  assert.equal((await stat(join(home, 'running.json'))).mode & 0o777, 0o600);
  await taken.lock.letGo();
  await taken.lock.letGo();
  assert.equal(await findRunning(home), undefined);
  await assert.rejects(readFile(join(home, 'running.json')));
});

test('what a dead appliance left behind is not believed', async (t) => {
  const home = await temporaryHome(t);
  const first = await acquireInstanceLock(home);
  assert.ok(first.outcome === 'acquired');
  await first.lock.letGo();
  // This very pid, alive and well, but not a doorward in this home.
  await writeFile(
    join(home, 'running.json'),
    JSON.stringify({ pid: process.pid, address: 'x', startedMs: 1, token: 'y' }),
  );
  assert.equal(await findRunning(home), undefined);
  const second = await acquireInstanceLock(home);
  assert.ok(second.outcome === 'acquired');
  await second.lock.letGo();
});

test('a home that cannot be used says so', async () => {
  const result = await acquireInstanceLock('/proc/doorward');
  assert.equal(result.outcome, 'unusable');
  assert.match(
    result.outcome === 'unusable' ? result.message : '',
    /^cannot lock \/proc\/doorward: .*make it a folder/,
  );
});
