import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { nodeClock } from '../../../src/machine/node/node-clock.ts';

test('uptime counts from the start of the machine', () => {
  const kernelMs = 1000 * Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  assert.ok(Math.abs(kernelMs - nodeClock.uptimeMs()) < 60_000, 'as the kernel has it, but for a suspended minute');
});

test('sleep lasts no shorter than it was asked to, and ends when it is aborted', async () => {
  const startMs = nodeClock.uptimeMs();
  await nodeClock.sleep(5);
  assert.ok(nodeClock.uptimeMs() - startMs >= 5);
  const abort = new AbortController();
  const longest = nodeClock.sleep(2 ** 40, abort.signal); // Longer than one of Node's timers can wait.
  abort.abort();
  await longest;
  await nodeClock.sleep(2 ** 40, abort.signal);
  await nodeClock.sleep(-1);
});
