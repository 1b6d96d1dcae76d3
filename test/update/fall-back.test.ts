import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { chunkBytes, digestOf, type Manifest, manifestName, serialiseManifest } from '../../src/release/manifest.ts';
import { readCurrent } from '../../src/slot/current-link.ts';
import { placesAt } from '../../src/slot/places.ts';
import { markUsable, readMark } from '../../src/slot/slot-mark.ts';
import { newAftercare } from '../../src/slot/trial-record.ts';
import { TrialRecordFile } from '../../src/slot/trial-record-file.ts';
import { fallBack, type FallBackResult } from '../../src/update/fall-back.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';
import { SimulatedDisk } from '../simulation/simulated-machine-disk.ts';

const places = placesAt('/opt', '/var');
const executable = (version: string): string => `the executable of ${version}`;

function manifestOf(version: string): Manifest {
  const content = executable(version);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return {
    format: 1, name: 'doorward', version, architecture: 'any', hardware: [], follows: '0.0.0',
    schema: { lowest: 0, highest: 1 }, entry: ['doorward'], goldenFaces: [], createdMs: 0,
    files: [{ path: 'doorward', bytes: content.length, sha256, mode: 0o755 }],
    payload: { bytes: 1, chunkBytes, chunks: [sha256] },
  }; // prettier-ignore
}

/** A device whose link names slot b: 1.0.0 from the factory, 1.5.0 in slot a, 2.0.0 in slot b. */
class Device {
  isFull = false;
  readonly disk = new SimulatedDisk((act, path) => {
    const isBig = path.startsWith('/opt/slots/a/') || path.startsWith('/opt/slots/b/');
    return this.isFull && isBig && act.startsWith('write') ? 'full' : undefined;
  });
  readonly record = new TrialRecordFile(this.disk, places);

  static async withReleases(): Promise<Device> {
    const device = new Device();
    for (const directory of ['/opt', '/var', places.slots]) device.disk.seedDirectory(directory);
    device.put(places.factory, '1.0.0');
    for (const [slot, version] of [['a', '1.5.0'], ['b', '2.0.0']] as const) {
      device.put(places.slot[slot], version);
      await markUsable(device.disk, places, { slot, version, digest: digestOf(manifestOf(version)) });
    } // prettier-ignore
    device.disk.seedLink(places.current, 'slots/b');
    return device;
  }

  put(directory: string, version: string): void {
    this.disk.seedDirectory(directory);
    this.disk.seed(`${directory}/doorward`, executable(version));
    this.disk.seed(`${directory}/${manifestName}`, serialiseManifest(manifestOf(version)));
  }

  fallBack({ isBlameless = false } = {}): Promise<FallBackResult> {
    return fallBack({ storage: this.disk, places, clock: new SteppedClock(), isBlameless });
  }

  /** Version of the executable that power-on starts. */
  async starts(): Promise<string> {
    const target = (await this.disk.readLink(places.current)) ?? 'nothing';
    return new TextDecoder().decode(await this.disk.read(`/opt/${target}/doorward`)).replace(executable(''), '');
  }

  async rejected(): Promise<readonly string[]> {
    return (await this.record.read()).rejected.map(({ version, reason }) => `${version} ${reason}`);
  }
}

test('crash loops lead to the other slot, then to the factory release in a slot, and never back again [55]', async () => {
  const device = await Device.withReleases();
  assert.deepEqual(await device.fallBack(), { outcome: 'moved', to: 'a', version: '1.5.0' });
  assert.equal(await device.starts(), '1.5.0');
  assert.deepEqual(await device.rejected(), ['2.0.0 crash-loop']);

  assert.deepEqual(await device.fallBack(), { outcome: 'moved', to: 'b', version: '1.0.0' });
  assert.equal(await readCurrent(device.disk, places), 'b');
  assert.equal(await device.starts(), '1.0.0');
  assert.deepEqual(await device.rejected(), ['2.0.0 crash-loop', '1.5.0 crash-loop']);

  const last = await device.fallBack();
  assert.match(last.outcome === 'refused' ? last.message : '', /the factory release 1\.0\.0 is what ends again/);
  assert.equal(await device.starts(), '1.0.0');
});

test('the history tells a way back that was taken, with its figures; the offer is known again by the name under which it came', async () => {
  const device = await Device.withReleases();
  const release = {
    version: '2.0.0',
    digest: digestOf(manifestOf('2.0.0')),
    signed: 7,
    file: 'pushed-2.0.0',
    slot: 'b',
  } as const;
  const aftercare = { ...newAftercare({ id: 't', ...release }), servedMs: 90_000, crashes: [30_000, 60_000] };
  await device.record.write({ ...(await device.record.read()), aftercare });
  await device.fallBack();
  const { history, rejected, untold, aftercare: after } = await device.record.read();
  const [entry] = history;
  assert.deepEqual([entry?.version, entry?.outcome, entry?.reason, entry?.figures], [
    '2.0.0', 'reverted', 'crash-loop', { servedMs: 90_000, crashes: 2, powerCuts: 0 },
  ]); // prettier-ignore
  assert.equal(entry?.message, 'it ended again and again; 1.5.0 serves again');
  assert.deepEqual([untold, after?.isOver], [entry?.id, true]);
  assert.deepEqual([rejected[0]?.file, rejected[0]?.signed], ['pushed-2.0.0', 7]);
});

test('a way back that was cut short before the link was moved is told once', async () => {
  const device = await Device.withReleases();
  const { disk, record } = device;
  const aftercare = newAftercare({
    id: 't',
    version: '2.0.0',
    digest: digestOf(manifestOf('2.0.0')),
    signed: 7,
    file: 'f',
    slot: 'b',
  });
  await record.write({ ...(await record.read()), aftercare });
  await device.fallBack();
  await disk.remove(places.current);
  await disk.makeLink('slots/b', places.current);
  assert.deepEqual(await device.fallBack(), { outcome: 'moved', to: 'a', version: '1.5.0' });
  assert.equal((await record.read()).history.length, 1);
});

test('where what runs still rings, there is no way back to the factory release, and nothing is told', async () => {
  const device = await Device.withReleases();
  device.disk.rot(`${places.slot.a}/doorward`);
  const why = { reason: 'operator', message: 'no' } as const;
  const parts = { storage: device.disk, places, clock: new SteppedClock(), why, isOtherSlotOnly: true };
  assert.equal((await fallBack(parts)).outcome, 'refused');
  assert.deepEqual([await device.starts(), (await device.record.read()).history], ['2.0.0', []]);
});

test('a release that crashed because of what lay beside it is left, and not rejected', async () => {
  const device = await Device.withReleases();
  assert.deepEqual(await device.fallBack({ isBlameless: true }), { outcome: 'moved', to: 'a', version: '1.5.0' });
  assert.deepEqual(await device.rejected(), []);
  assert.equal((await device.record.read()).history[0]?.outcome, 'interrupted');
});

test('a slot with a flipped bit is not fallen back to', async () => {
  const device = await Device.withReleases();
  device.disk.rot(`${places.slot.a}/doorward`);
  assert.deepEqual(await device.fallBack(), { outcome: 'moved', to: 'a', version: '1.0.0' });
  assert.equal(await device.starts(), '1.0.0', 'the factory release, written over what was damaged');
});

test('a release that the card has damaged is not rejected: its slot is marked, and it may be staged again', async () => {
  const device = await Device.withReleases();
  device.disk.rot(`${places.slot.b}/doorward`);
  assert.deepEqual(await device.fallBack(), { outcome: 'moved', to: 'a', version: '1.5.0' });
  assert.deepEqual(await device.rejected(), []);
  assert.equal((await readMark(device.disk, places, 'b')).state, 'unusable');
});

test('a slot with the factory release that the card has damaged is left for a copy of the factory release', async () => {
  const device = await Device.withReleases();
  device.put(places.slot.b, '1.0.0');
  await markUsable(device.disk, places, { slot: 'b', version: '1.0.0', digest: digestOf(manifestOf('1.0.0')) });
  await device.disk.remove(places.slot.a);
  device.disk.rot(`${places.slot.b}/doorward`);
  assert.deepEqual(await device.fallBack(), { outcome: 'moved', to: 'a', version: '1.0.0' });
  assert.equal(await device.starts(), '1.0.0');
  assert.deepEqual(await device.rejected(), []);
  const again = await device.fallBack();
  assert.match(again.outcome === 'refused' ? again.message : '', /the factory release 1\.0\.0 is what ends again/);
});

test('where the factory release cannot be copied, it serves from where it lies, and moves into a slot later', async () => {
  const device = await Device.withReleases();
  device.disk.rot(`${places.slot.a}/doorward`);
  device.isFull = true;
  assert.deepEqual(await device.fallBack(), { outcome: 'moved', to: 'factory', version: '1.0.0' });
  assert.equal(await device.starts(), '1.0.0');
  device.isFull = false;
  assert.deepEqual(await device.fallBack(), { outcome: 'moved', to: 'a', version: '1.0.0' });
});

test('a link that names nothing leads to what was committed last [51]', async () => {
  const device = await Device.withReleases();
  const digest = digestOf(manifestOf('2.0.0'));
  await device.record.write({
    ...(await device.record.read()),
    newestCommitted: { version: '2.0.0', digest, signed: 1 },
  });
  await device.disk.remove(places.current);
  assert.deepEqual(await device.fallBack(), { outcome: 'moved', to: 'b', version: '2.0.0' });
  assert.deepEqual(await device.rejected(), []);
});

test('nothing that is whole: refused, with every reason', async () => {
  const device = await Device.withReleases();
  device.disk.rot(`${places.slot.a}/doorward`);
  await device.disk.remove(places.factory);
  const result = await device.fallBack();
  assert.match(
    result.outcome === 'refused' ? result.message : '',
    /^cannot fall back: .*doorward is not what was signed.*; there is no \/opt\/factory\/manifest\.json$/,
  );
  assert.equal(await readCurrent(device.disk, places), 'b');
});
