import assert from 'node:assert/strict';
import test from 'node:test';
import { readCurrent } from '../../src/slot/current-link.ts';
import { placesAt } from '../../src/slot/places.ts';
import { markUsable } from '../../src/slot/slot-mark.ts';
import { TrialRecordFile } from '../../src/slot/trial-record-file.ts';
import { fallBack } from '../../src/update/fall-back.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';
import { SimulatedDisk } from '../simulation/simulated-machine-disk.ts';

const places = placesAt('/opt', '/var');

test('a crash loop falls back to the other slot once, and never back again [55]', async () => {
  const disk = new SimulatedDisk(() => undefined);
  for (const directory of ['/opt', '/var', places.slots]) disk.seedDirectory(directory);
  disk.seedLink(places.current, 'slots/b');
  const parts = { storage: disk, places, clock: new SteppedClock() };
  assert.equal((await fallBack(parts)).outcome, 'refused', 'the other slot is not known to be good');
  await markUsable(disk, places, { slot: 'a', version: '1.0.0', digest: '' });
  await markUsable(disk, places, { slot: 'b', version: '2.0.0', digest: 'd2' });
  assert.deepEqual(await fallBack(parts), { outcome: 'moved', slot: 'a', version: '1.0.0' });
  assert.equal(await readCurrent(disk, places), 'a');
  const { rejected } = await new TrialRecordFile(disk, places).read();
  assert.deepEqual(
    rejected.map(({ version, reason }) => [version, reason]),
    [['2.0.0', 'crash-loop']],
  );
  assert.equal((await fallBack(parts)).outcome, 'refused', 'no ping-pong');
  assert.equal(await readCurrent(disk, places), 'a');
});
