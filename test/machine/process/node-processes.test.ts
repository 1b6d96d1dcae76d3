import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'node:test';
import { nodeProcesses } from '../../../src/machine/process/node-processes.ts';

test('this process lives; another start of its pid, another boot, and one that has ended do not', async () => {
  const processes = await nodeProcesses();
  const { self } = processes;
  assert.equal(self.pid, process.pid);
  assert.equal(await processes.isAlive(self), true);
  assert.equal(await processes.isAlive({ ...self, startTicks: self.startTicks + 1 }), false);
  assert.equal(await processes.isAlive({ ...self, bootId: 'another' }), false);
  const child = spawn('true');
  await once(child, 'exit');
  assert.equal(await processes.isAlive({ ...self, pid: child.pid ?? 0 }), false);
});
