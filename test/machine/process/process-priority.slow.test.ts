import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import test from 'node:test';
import { lowerPriority, raisePriority } from '../../../src/machine/process/process-priority.ts';

/** Threads that end while others begin, as decoders and readers of files do. */
const restless = `
  const { Worker } = require('node:worker_threads');
  const begin = () => new Worker('', { eval: true }).on('exit', begin);
  for (let place = 0; place < 24; place += 1) begin();
  console.log('ready');
`;
const rounds = 600;

/** proc(5): the nineteenth field of stat. */
function prioritiesOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      const [, rest = ''] = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8').split(') ');
      return [Number(rest.split(' ')[16])];
    } catch {
      return []; // It has ended.
    }
  });
}

test('no thread of a process is left behind at the low priority when it is raised, though threads come and go', async (t) => {
  const child = spawn(process.execPath, ['-e', restless], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const { pid } = child;
  assert(pid !== undefined);
  for (let round = 0; round < rounds; round += 1) {
    lowerPriority(pid);
    raisePriority(pid);
    const left: readonly number[] = prioritiesOf(pid).filter((priority) => priority !== getPriority());
    assert.deepEqual(left, [], `round ${round}`);
  }
});
