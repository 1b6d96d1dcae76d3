import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import test, { type TestContext } from 'node:test';
import { runOnSmallDisk } from '../node/small-disk.ts';
import { acquireInstanceLock, findRunning } from '../../../src/machine/process/instance-lock.ts';

const lockModule = JSON.stringify(resolve('src/machine/process/instance-lock.ts'));

async function temporaryHome(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-lock-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** A process that takes the lock, says what came of it on one line, and lives on. */
async function start(t: TestContext, home: string): Promise<{ child: ChildProcess; told: Record<string, unknown> }> {
  const program = `import { acquireInstanceLock } from ${lockModule};
    const result = await acquireInstanceLock(process.argv[1]);
    if (result.outcome === 'acquired') await result.lock.announce({ address: 'http://127.0.0.1:1', token: 'key' });
    console.log(JSON.stringify({ outcome: result.outcome, by: result.by, message: result.message }));
    setInterval(() => result, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, home], { stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
  t.after(() => child.kill('SIGKILL'));
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, told: JSON.parse(line) as Record<string, unknown> };
}

test('of four that start at once one runs, and the others name it', async (t) => {
  const home = await temporaryHome(t);
  const all = await Promise.all([1, 2, 3, 4].map(() => start(t, home)));
  const winners = all.filter(({ told }) => told['outcome'] === 'acquired');
  assert.equal(winners.length, 1);
  const pid = winners[0]?.child.pid;
  for (const { told } of all.filter(({ told: { outcome } }) => outcome !== 'acquired')) {
    assert.equal(told['outcome'], 'held');
    assert.equal((told['by'] as { pid?: number } | undefined)?.pid, pid);
    assert.ok(String(told['message']).startsWith(`cannot run in ${home}: the doorward with pid ${pid} at http://127.`));
  }
  assert.equal((await findRunning(home))?.pid, pid);
});

test('a killed appliance has let go of its home at once', async (t) => {
  const home = await temporaryHome(t);
  const { child, told } = await start(t, home);
  assert.equal(told['outcome'], 'acquired');
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(await findRunning(home), undefined, 'running.json is still there and not believed');
  const taken = await acquireInstanceLock(home);
  assert.ok(taken.outcome === 'acquired');
  await taken.lock.letGo();
});

test('a command that comes while a home is passed on waits for the heir, as long as that lives', async (t) => {
  const home = await temporaryHome(t);
  const program = `import { acquireInstanceLock } from ${lockModule};
    process.stdin.once('data', async () => {
      const { lock } = await acquireInstanceLock(process.argv[1]);
      setTimeout(() => lock.announce({ address: 'http://127.0.0.1:1', token: 'key' }), 100);
    });`;
  const heir = spawn(process.execPath, ['--input-type=module', '-e', program, home], { stdio: ['pipe', 'inherit', 'inherit'] }); // prettier-ignore
  t.after(() => heir.kill('SIGKILL'));
  const first = await acquireInstanceLock(home);
  assert.ok(first.outcome === 'acquired');
  await first.lock.letGo(heir.pid);
  const found = findRunning(home);
  heir.stdin.write('now');
  assert.equal((await found)?.address, 'http://127.0.0.1:1');
  heir.kill('SIGKILL');
  await once(heir, 'exit');
  const again = await acquireInstanceLock(home);
  assert.ok(again.outcome === 'acquired');
  await again.lock.letGo(heir.pid);
  assert.equal(await findRunning(home), undefined, 'nobody comes any more');
});

test('on a full disk the bell still gets its lock, and a second one is still kept out', (t) => {
  const told = runOnSmallDisk(
    t,
    'fill',
    `const { acquireInstanceLock } = await import(${lockModule});
    told.push((await acquireInstanceLock(disk + '/home')).outcome);
    told.push((await acquireInstanceLock(disk + '/home')).outcome)`,
  );
  assert.deepEqual(told, ['acquired', 'held']);
});

test('a read-only home is refused with the reason', (t) => {
  const told = runOnSmallDisk(
    t,
    'readOnly',
    `const { acquireInstanceLock } = await import(${lockModule});
    const result = await acquireInstanceLock(disk + '/home');
    told.push(result.outcome, result.message)`,
  );
  assert.equal(told[0], 'unusable');
  assert.match(told[1] ?? '', /^cannot lock .*home: .*: make it a folder that doorward may write$/);
});
