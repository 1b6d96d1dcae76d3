import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { CandidateProcess, nodeCandidates } from '../../../src/machine/process/candidate-process.ts';
import { handleOf } from '../../../src/machine/process/listening-socket.ts';
import { isAlive, until } from '../../appliance/street.ts';
import { nodeClock } from '../../../src/machine/node/node-clock.ts';

const surroundings = { clock: nodeClock, words: [], environment: process.env, lines: () => new Map(), hear: () => undefined }; // prettier-ignore
const answerMsMax = 60_000;
const options = { entry: ['doorward'], isBackground: true, memoryBytesMax: 1e9 };

/** A release whose entry is this script. */
function releaseOf(t: TestContext, script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-candidate-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'doorward'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'doorward'), 0o755);
  return folder;
}

test('a candidate that ends at once has ended when its silence is noticed, and has not merely been late', async (t) => {
  const folder = releaseOf(t, 'exit 1');
  const candidates = nodeCandidates(surroundings);
  for (let turn = 0; turn < 20; turn += 1) {
    const started = await candidates.start(folder, options);
    assert.ok(started.outcome === 'started');
    assert.equal(await started.candidate.ask({ kind: 'hello' }, answerMsMax), undefined);
    assert.match(started.candidate.ended() ?? 'it lives', /^(exit 1|it hung up)$/);
    await started.candidate.stop(0);
    assert.equal(started.candidate.ended(), 'exit 1');
  }
});

test('where memory runs out a candidate goes before the incumbent, until it is committed', async (t) => {
  const started = await nodeCandidates(surroundings).start(releaseOf(t, 'exec sleep 60'), options); // prettier-ignore
  assert.ok(started.outcome === 'started' && started.candidate instanceof CandidateProcess);
  const { candidate } = started;
  t.after(() => process.kill(candidate.pid, 'SIGKILL'));
  const standing = (pid: number | 'self'): number => Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8'));
  assert.ok(standing(candidate.pid) > standing('self'));
  candidate.setFree();
  assert.equal(standing(candidate.pid), standing('self'));
});

/** Writes down its own pid where `$0` says, then stays. */
const stays = `sh -c 'echo $$ >> "$0"; exec sleep 600'`;

/** Processes that have written themselves down, once there are so many. */
async function writtenDown(file: string, count: number): Promise<readonly number[]> {
  const pids = (): readonly number[] => readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number);
  await until(() => existsSync(file) && pids().length >= count);
  return pids();
}

test('whatever a candidate has started goes with it: its children, and those that have another parent and session', async (t) => {
  const list = join(mkdtempSync(join(tmpdir(), 'doorward-kin-')), 'pids');
  const script = `${stays} ${list} & (setsid ${stays} ${list} &) ; exec sleep 600`;
  const started = await nodeCandidates(surroundings).start(releaseOf(t, script), options);
  assert.ok(started.outcome === 'started');
  const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  t.after(() => bystander.kill('SIGKILL'));
  const kin = await writtenDown(list, 2);
  t.after(() => kin.filter(isAlive).forEach((pid) => process.kill(pid, 'SIGKILL')));
  await started.candidate.stop(0);
  assert.deepEqual(kin.filter(isAlive), []);
  assert.ok(isAlive(bystander.pid ?? 0), 'a child of the incumbent stays');
});

test('what a candidate leaves behind goes, though it has ended by itself', async (t) => {
  const list = join(mkdtempSync(join(tmpdir(), 'doorward-kin-')), 'pids');
  const started = await nodeCandidates(surroundings).start(
    releaseOf(t, `(setsid ${stays} ${list} &); exit 3`),
    options,
  );
  assert.ok(started.outcome === 'started');
  const kin = await writtenDown(list, 1);
  t.after(() => kin.filter(isAlive).forEach((pid) => process.kill(pid, 'SIGKILL')));
  await until(() => started.candidate.ended() === 'exit 3');
  await started.candidate.stop(0);
  assert.deepEqual(kin.filter(isAlive), []);
});

test('an orphan that hides everything but the listening socket goes', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-kin-'));
  const list = join(folder, 'pids');
  const script = `
    import { spawn } from 'node:child_process';
    process.once('message', (_message, handle) => {
      process.send({ say: 'kept', name: 'web' }, handle);
      spawn('sh', ['-c', '(${stays.replaceAll("'", String.raw`\'`)} ${list} &)'],
        { env: { PATH: process.env.PATH }, detached: true, stdio: ['ignore', 'ignore', 'ignore', handle] });
    });`;
  writeFileSync(join(folder, 'orphan.mjs'), script);
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const started = await nodeCandidates(surroundings).start(folder, { ...options, entry: ['node', 'orphan.mjs'] });
  assert.ok(started.outcome === 'started' && started.candidate instanceof CandidateProcess);
  await started.candidate.pass('web', handleOf(server), answerMsMax);
  const kin = await writtenDown(list, 1);
  t.after(() => kin.filter(isAlive).forEach((pid) => process.kill(pid, 'SIGKILL')));
  await started.candidate.stop(0);
  assert.deepEqual(kin.filter(isAlive), []);
});

/** Holds a thread that runs in a circle, memory, descriptors, an address and the channel of its parent, until it ends. */
const greedy = `
  const kept = Buffer.alloc(60e6, 1);
  new (require('node:worker_threads').Worker)('for (;;);', { eval: true });
  const { openSync } = require('node:fs');
  for (let open = 0; open < 200; open += 1) openSync('/dev/null', 'r');
  require('node:net').createServer().listen(0, '127.0.0.2');
  setInterval(() => kept, 1000);`;

test('what a candidate takes is measured from outside, with all that it has started', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-kin-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const script = `
    import { spawn } from 'node:child_process';
    spawn(process.execPath, ['-e', ${JSON.stringify(greedy)}], { stdio: ['ignore', 'ignore', 'ignore', 3] });
    setInterval(() => {}, 1000);`;
  writeFileSync(join(folder, 'mother.mjs'), script);
  const candidates = nodeCandidates(surroundings);
  const started = await candidates.start(folder, { ...options, entry: ['node', 'mother.mjs'] });
  assert.ok(started.outcome === 'started' && started.candidate instanceof CandidateProcess);
  const { candidate } = started;
  t.after(() => candidate.stop(0));
  await until(() => (candidate.measure(true)?.openAddresses?.length ?? 0) > 0);
  const taken = candidate.measure(true);
  assert.ok(taken !== undefined);
  const seen = JSON.stringify(taken);
  assert.equal(taken.processes, 2, seen);
  assert.match(taken.openAddresses?.join() ?? '', /^0200007F:\d+$/);
  assert.equal(taken.sharedSockets, 1, 'the channel');
  const childBytes = taken.memoryBytes - taken.first.memoryBytes;
  assert.ok(childBytes > 60e6 && childBytes < 60e6 + 2 * taken.first.memoryBytes, seen);
  assert.ok((taken.descriptors ?? 0) > 200 && taken.threads > 10 && taken.processorMs >= taken.first.processorMs, seen);
  const looks = [taken];
  const isSpinning = (): boolean => {
    looks.push(candidate.measure(true) ?? taken);
    const { workers: now = {} } = looks.at(-1) ?? {};
    return looks.some(({ workers = {} }) =>
      Object.entries(workers).some(([name, before]) => {
        const { processorMs = 0, waits } = now[name] ?? {};
        return waits === before.waits && processorMs >= before.processorMs + 100;
      }),
    );
  };
  await until(isSpinning);
  assert.ok(taken.first.processorMs > 0 && taken.aliveMs > 0 && taken.aliveMs < 3_600_000, seen);
});

test('what an incumbent takes is measured as that of a candidate, and without it', async (t) => {
  const candidates = nodeCandidates(surroundings);
  const { taken: before } = candidates.measureOwn();
  const started = await candidates.start(releaseOf(t, 'exec sleep 60'), options);
  assert.ok(started.outcome === 'started');
  t.after(() => started.candidate.stop(0));
  const { taken: own, takenBefore } = candidates.measureOwn();
  assert.ok(own !== undefined && before !== undefined);
  assert.equal(takenBefore, before);
  assert.equal(own.processes, before.processes);
  const { heapUsed, rss } = process.memoryUsage();
  assert.ok(own.first.memoryBytes > heapUsed && own.first.memoryBytes < rss, JSON.stringify(own));
  assert.equal(own.sharedSockets, 0);
});
