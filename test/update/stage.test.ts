import assert from 'node:assert/strict';
import test from 'node:test';
import { placesAt } from '../../src/slot/places.ts';
import { markUsable, readMark } from '../../src/slot/slot-mark.ts';
import { spareBytes } from '../../src/update/fetch.ts';
import { type StageOutcome, stageRelease } from '../../src/update/stage.ts';
import type { SignedRelease } from '../../src/update/release-acts.ts';
import type { UpdateTools } from '../../src/update/update-parts.ts';
import { SimulatedDisk } from '../simulation/simulated-machine-disk.ts';

const places = placesAt('/opt', '/var');
const source = { bytes: 1, read: async () => new Uint8Array(1) };
const library = `${places.slot.b}/lib/faces.node`;

/** A disk of so many bytes, on which the files that are on it take room. */
class SmallDisk extends SimulatedDisk {
  readonly sizes: Readonly<Record<string, number>>;
  constructor(sizes: Readonly<Record<string, number>>) {
    super(() => undefined);
    this.sizes = sizes;
  }
  override async space(path: string): Promise<{ freeBytes: number; totalBytes: number }> {
    const totalBytes = Object.entries(this.sizes).find(([place]) => path.startsWith(place))?.[1] ?? 0;
    const place = Object.keys(this.sizes).find((one) => path.startsWith(one)) ?? '';
    let usedBytes = 0;
    for (const [name, node] of this.names)
      if (node.kind === 'file' && name.startsWith(place)) usedBytes += node.latest.length;
    return { totalBytes, freeBytes: totalBytes - usedBytes };
  }
}

/** Slot b is the way back: 900 bytes, and 500 of the release file that mends it. */
async function device(disk: SmallDisk): Promise<(payloadBytes: number) => Promise<StageOutcome>> {
  for (const directory of ['/opt', '/var', places.slots, places.incoming, places.slot.b, `${places.slot.b}/lib`])
    disk.seedDirectory(directory);
  disk.seed(`${places.slot.b}/doorward`, new Uint8Array(600));
  disk.seed(library, new Uint8Array(300));
  disk.seed(places.kept.b, new Uint8Array(500));
  await markUsable(disk, places, { slot: 'b', version: '1.0.0', digest: 'one' });
  return async (payloadBytes) => {
    const release = { version: '2.0.0', digest: 'two', payloadBytes } as SignedRelease;
    const releases = {
      verify: async () => ({ outcome: 'verified', release }),
      stage: async () => ({ outcome: 'staged' }),
      readBack: async () => ({ outcome: 'whole' }),
    };
    const tools = { storage: disk, places, releases, running: { slot: 'a' } } as unknown as UpdateTools;
    return stageRelease(tools, 'a', { source, release });
  };
}

test('what does not fit, even with the slot empty, is set aside by its size: the way back stays as it is', async () => {
  const disk = new SmallDisk({ '/': spareBytes + 2000 });
  const stage = await device(disk);
  const outcome = await stage(2001);
  assert.equal(outcome.outcome, 'no-space');
  assert.match('message' in outcome ? outcome.message : '', /cannot stage: .* make room/);
  assert.deepEqual(await readMark(disk, places, 'b'), { state: 'usable', version: '1.0.0', digest: 'one' });
  assert.equal((await disk.read(library))?.length, 300);
  assert.equal((await disk.read(places.kept.b))?.length, 500);
  assert.deepEqual(await stage(1900), { outcome: 'staged' }, 'it fits in the place of the old one');
});

test('the file that mends the slot is no room where it lies on another disk', async () => {
  const disk = new SmallDisk({ '/opt': spareBytes + 2000, '/var': 10_000 });
  const stage = await device(disk);
  await disk.write(`${places.slots}/other`, new Uint8Array(600));
  assert.equal((await stage(1500)).outcome, 'no-space');
  assert.equal((await disk.read(library))?.length, 300);
});
