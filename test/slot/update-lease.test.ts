import assert from 'node:assert/strict';
import test from 'node:test';
import { placesAt } from '../../src/slot/places.ts';
import { giveLease, seeLease, takeLease } from '../../src/slot/update-lease.ts';
import type { ProcessName, Processes } from '../../src/system/processes.ts';
import { SimulatedDisk } from '../simulation/simulated-machine-disk.ts';

const places = placesAt('/opt', '/var');

function twoProcesses(): { disk: SimulatedDisk; alive: Set<number>; as: (pid: number) => Processes } {
  const disk = new SimulatedDisk(() => undefined);
  disk.seedDirectory('/var');
  const alive = new Set([1, 2]);
  const isAlive = async (name: ProcessName): Promise<boolean> => alive.has(name.pid) && name.startTicks === name.pid;
  return { disk, alive, as: (pid) => ({ self: { pid, startTicks: pid, bootId: 'b:1' }, isAlive }) };
}

test('one updates at a time; the other is told who', async () => {
  const { disk, as } = twoProcesses();
  assert.equal((await takeLease(disk, places, as(1))).outcome, 'held');
  assert.equal((await takeLease(disk, places, as(1))).outcome, 'held');
  const second = await takeLease(disk, places, as(2));
  assert.match(second.outcome === 'taken' ? second.message : '', /^cannot update: process 1 updates already/);
  await giveLease(disk, places, as(2));
  assert.equal((await takeLease(disk, places, as(2))).outcome, 'taken', 'only the owner gives it back');
  await giveLease(disk, places, as(1));
  assert.equal((await takeLease(disk, places, as(2))).outcome, 'held');
});

test('who looks at the lease does not take it', async () => {
  const { disk, alive, as } = twoProcesses();
  assert.deepEqual(await seeLease(disk, places, as(1)), { holder: 'nobody' });
  await takeLease(disk, places, as(1));
  assert.deepEqual(await seeLease(disk, places, as(1)), { holder: 'self' });
  assert.deepEqual(await seeLease(disk, places, as(2)), { holder: 'other', name: '1:1:b:1' });
  alive.delete(1);
  assert.deepEqual(await seeLease(disk, places, as(2)), { holder: 'nobody' });
  assert.equal(disk.names.size > 0 && disk.names.has(places.lease), true, 'and a stale one is left where it is');
});

test('the lease of a process that is gone is taken over, also when its pid is used again', async () => {
  const { disk, alive, as } = twoProcesses();
  await takeLease(disk, places, as(1));
  alive.delete(1);
  assert.equal((await takeLease(disk, places, as(2))).outcome, 'held');
  disk.names.delete(places.lease);
  await disk.makeLink('2:999:b:1', places.lease);
  assert.equal((await takeLease(disk, places, as(2))).outcome, 'held');
});

test('a garbled lease is nobody’s', async () => {
  const { disk, as } = twoProcesses();
  await disk.makeLink('what', places.lease);
  assert.equal((await takeLease(disk, places, as(2))).outcome, 'held');
});
