import assert from 'node:assert/strict';
import test from 'node:test';
import { placesAt } from '../../src/slot/places.ts';
import { DiskFault } from '../../src/system/disk.ts';
import { emptyRecord, rejectRelease, type TrialRecord } from '../../src/slot/trial-record.ts';
import { open, seal, TrialRecordFile } from '../../src/slot/trial-record-file.ts';
import { SimulatedDisk } from '../simulation/simulated-machine-disk.ts';

const places = placesAt('/opt', '/var');
const [firstCopy, secondCopy] = places.trialRecords;

function emptyDisk(): SimulatedDisk {
  const disk = new SimulatedDisk(() => undefined);
  disk.seedDirectory('/var');
  return disk;
}
const rejection = { version: '2.0.0', digest: 'd', signed: 1, file: 'f', reason: 'health-check', atMs: 1 };

test('what was written is read again, by another life, from either copy', async () => {
  const disk = emptyDisk();
  await new TrialRecordFile(disk, places).write(rejectRelease(emptyRecord, rejection));
  for (const lost of [firstCopy, secondCopy]) {
    const before = await disk.read(lost);
    await disk.write(lost, '{"garbled');
    const record = await new TrialRecordFile(disk, places).read();
    assert.deepEqual(record.rejected, [rejection]);
    assert.equal(record.sequence, 1);
    await disk.write(lost, before ?? '');
  }
});

test('one copy that cannot be read is no harm while the other is there; with none it is a fault of the disk', async () => {
  const unreadable = new Set<string>();
  const disk = new SimulatedDisk((_act, path) => (unreadable.has(path) ? 'broken' : undefined));
  disk.seedDirectory('/var');
  unreadable.add(firstCopy);
  // Nothing was written yet: nobody may take that for an empty record that can be written over.
  await assert.rejects(new TrialRecordFile(disk, places).read(), DiskFault);
  disk.seed(secondCopy, seal(rejectRelease(emptyRecord, rejection)));
  assert.deepEqual((await new TrialRecordFile(disk, places).read()).rejected, [rejection]);
  unreadable.add(secondCopy);
  await assert.rejects(new TrialRecordFile(disk, places).read(), DiskFault);
});

test('fields of a later release are kept', async () => {
  const disk = emptyDisk();
  const later = { ...emptyRecord, sequence: 4, moods: ['fine'] } as TrialRecord;
  disk.seed(firstCopy, seal(later));
  const file = new TrialRecordFile(disk, places);
  await file.write(rejectRelease(await file.read(), rejection));
  assert.deepEqual((open(await disk.read(secondCopy)) as { moods?: unknown }).moods, ['fine']);
});

test('one changed byte is noticed', () => {
  const sealed = seal(rejectRelease(emptyRecord, rejection)).replace('health', 'wealth');
  assert.equal(open(new TextEncoder().encode(sealed)), undefined);
});
