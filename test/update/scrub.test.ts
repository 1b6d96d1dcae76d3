import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import {
  chunkBytes,
  digestOf,
  type Manifest,
  manifestName,
  parseManifest,
  serialiseManifest,
} from '../../src/release/manifest.ts';
import { buildRelease } from '../../src/release/write-release.ts';
import { placesAt } from '../../src/slot/places.ts';
import { markUsable, readMark } from '../../src/slot/slot-mark.ts';
import { DiskFault } from '../../src/system/disk.ts';
import { emptyNotebook, type Notebook } from '../../src/update/notebook.ts';
import { ScrubInterrupted, scrubSlots } from '../../src/update/scrub.ts';
import type { ScrubReport } from '../../src/update/scrub-report.ts';
import type { UpdateTools } from '../../src/update/update-parts.ts';
import { RecordingLog } from '../fakes/recorders.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';
import { description, goodUntil, rootOne } from '../release/workshop.ts';
import { EveryChoice } from '../simulation/choices.ts';
import { SimulatedDisk } from '../simulation/simulated-machine-disk.ts';

const places = placesAt('/opt', '/var');
const hourMs = 3_600_000;

/** Files that every version has alike, and one that differs. */
function contentOf(version: string): Readonly<Record<string, string>> {
  return {
    doorward: `the executable of ${version}`,
    'lib/faces.node': 'a library that never changes',
    'root.json': '{}',
  };
}

function manifestOf(version: string): Manifest {
  const files = Object.entries(contentOf(version)).map(([path, text]) => {
    const sha256 = createHash('sha256').update(text).digest('hex');
    return { path, bytes: text.length, sha256, mode: 0o755 } as const;
  });
  return {
    format: 1, name: 'doorward', version, architecture: 'any', hardware: [], follows: '0.0.0', files,
    schema: { lowest: 0, highest: 1 }, entry: ['doorward'], goldenFaces: [], createdMs: 0,
    payload: { bytes: 1, chunkBytes, chunks: [files[0]?.sha256 ?? ''] },
  }; // prettier-ignore
}

class Mains extends Error {}

/** A device that runs 2.0.0 from slot b; 1.5.0 is in slot a, 1.0.0 from the factory. */
class Device {
  /** The power goes before this effect. */
  cutBefore = Number.POSITIVE_INFINITY;
  effects = 0;
  isReadOnly = false;
  mendLibraries: UpdateTools['mendLibraries'];
  readonly clock = new SteppedClock();
  readonly log = new RecordingLog();
  readonly disk = new SimulatedDisk((act) => {
    if (act === 'look') return undefined;
    this.effects += 1;
    if (this.effects >= this.cutBefore) throw new Mains();
    return this.isReadOnly ? 'broken' : undefined;
  });

  static async open(
    versions: { a: string; b: string; factory?: string } = { a: '1.5.0', b: '2.0.0', factory: '1.0.0' },
  ): Promise<Device> {
    const device = new Device();
    for (const directory of ['/opt', '/var', places.slots, places.incoming]) device.disk.seedDirectory(directory);
    if (versions.factory !== undefined) device.put(places.factory, versions.factory);
    for (const slot of ['a', 'b'] as const) {
      const version = versions[slot];
      device.put(places.slot[slot], version);
      await markUsable(device.disk, places, { slot, version, digest: digestOf(manifestOf(version)) });
    }
    device.disk.seedLink(places.current, 'slots/b');
    device.effects = 0;
    return device;
  }

  put(directory: string, version: string): void {
    for (const folder of [directory, `${directory}/lib`]) this.disk.seedDirectory(folder);
    for (const [path, text] of Object.entries(contentOf(version))) this.disk.seed(`${directory}/${path}`, text);
    this.disk.seed(`${directory}/${manifestName}`, serialiseManifest(manifestOf(version)));
  }

  async scrub({
    rest = async () => {},
    notebook = emptyNotebook,
  }: { rest?: () => Promise<void>; notebook?: Notebook } = {}): Promise<Notebook> {
    const settings = { scrubHours: 24 };
    const parts = {
      storage: this.disk,
      places,
      clock: this.clock,
      log: this.log,
      settings,
      running: { slot: 'b', version: '2.0.0' },
      mendLibraries: this.mendLibraries,
    };
    return scrubSlots(parts as unknown as UpdateTools, notebook, rest);
  }

  async report(): Promise<Pick<ScrubReport, 'repaired' | 'damaged'>> {
    const { scrub } = await this.scrub();
    assert(scrub !== undefined);
    return { repaired: scrub.repaired, damaged: scrub.damaged };
  }

  text(path: string): string | undefined {
    const node = this.disk.names.get(path);
    return node?.kind === 'file' ? new TextDecoder().decode(node.latest) : undefined;
  }

  /** Files of a slot that are not what the release has. */
  damaged(slot: 'a' | 'b', version: string): readonly string[] {
    const wanted = { ...contentOf(version), [manifestName]: serialiseManifest(manifestOf(version)) };
    return Object.entries(wanted).flatMap(([path, text]) =>
      this.text(`${places.slot[slot]}/${path}`) === text ? [] : [path],
    );
  }
}

test('slots that are whole are read and not written, and read again after a day', async () => {
  const device = await Device.open();
  const notebook = await device.scrub();
  assert.deepEqual([notebook.scrub?.repaired, notebook.scrub?.damaged, device.effects], [[], [], 0]);
  assert.equal(notebook.nextScrubMs - device.clock.uptimeMs(), 24 * hourMs);
});

test('a flipped bit in the committed slot is mended from the factory release, or from what the other slot has alike', async () => {
  const device = await Device.open({ a: '1.5.0', b: '2.0.0', factory: '2.0.0' });
  device.disk.rot(`${places.slot.b}/doorward`);
  device.disk.rot(`${places.slot.b}/lib/faces.node`);
  device.disk.rot(`${places.factory}/lib/faces.node`);
  const { repaired, damaged } = await device.report();
  assert.deepEqual(repaired.map(({ slot, path, from }) => `${slot} ${path} ${from}`), [
    'b doorward the factory release', 'b lib/faces.node slot a',
  ]); // prettier-ignore
  assert.deepEqual([damaged, device.damaged('b', '2.0.0')], [[], []]);
});

test('what was mended beside the slots is told with the rest', async () => {
  const device = await Device.open();
  const library = { path: 'lib/0123456789abcdef/faces.node', from: 'the executable that runs' };
  device.mendLibraries = async function* () {
    yield library;
  };
  const { repaired, damaged } = await device.report();
  assert.deepEqual([repaired, damaged], [[{ slot: 'b', ...library }], []]);
  assert.ok(device.log.lines.some(({ message }) => message === 'a file that the card had damaged was mended'));
});

test('it is mended from the release file that was kept, which may itself be damaged', async () => {
  const device = await Device.open();
  const { disk } = device;
  const folder = '/var/content';
  device.put(folder, '2.0.0');
  await disk.remove(`${folder}/root.json`);
  await disk.remove(`${folder}/${manifestName}`);
  const built = await buildRelease({
    storage: disk, directory: folder, description: { ...description, version: '2.0.0', entry: ['doorward'], goldenFaces: [] },
    roots: [rootOne], expires: goodUntil, level: 3, file: places.kept.b,
  }); // prettier-ignore
  assert(built.outcome === 'built', JSON.stringify(built));
  const { manifest } = built;
  disk.seed(`${places.slot.b}/root.json`, rootOne);
  disk.seed(`${places.slot.b}/${manifestName}`, serialiseManifest(manifest));
  await markUsable(disk, places, { slot: 'b', version: '2.0.0', digest: digestOf(manifest) });
  const keptBytes = await disk.read(places.kept.b);
  for (const path of ['doorward', manifestName]) disk.rot(`${places.slot.b}/${path}`);
  const { repaired, damaged } = await device.report();
  assert.deepEqual(repaired.map(({ path, from }) => `${path} from ${from}`).toSorted(), [
    'doorward from the release file that was kept', 'manifest.json from a copy of the manifest',
  ]); // prettier-ignore
  assert.deepEqual(damaged, []);
  assert.equal(device.text(`${places.slot.b}/doorward`), contentOf('2.0.0')['doorward']);
  assert.deepEqual(parseManifest((await disk.read(`${places.slot.b}/${manifestName}`)) ?? new Uint8Array()), manifest);

  assert(keptBytes !== undefined);
  const spoilt = keptBytes.slice();
  spoilt.fill(7, manifest.payload.bytes > 100 ? spoilt.length - 2000 : 0);
  disk.seed(places.kept.b, spoilt);
  disk.rot(`${places.slot.b}/doorward`);
  const second = await device.report();
  assert.deepEqual([second.repaired, second.damaged.map(({ slot }) => slot)], [[], ['b']]);
});

test('the mains may go at any moment of the mending: the slot is never less whole than before, and whole the next time', async () => {
  const rotten = ['doorward', 'lib/faces.node', manifestName].map((path) => `${places.slot.b}/${path}`);
  let schedules = 0;
  for (let cutBefore = 1; ; cutBefore += 1) {
    let isCut = false;
    const choices = new EveryChoice();
    while (choices.next()) {
      const device = await Device.open({ a: '1.5.0', b: '2.0.0', factory: '2.0.0' });
      for (const path of rotten) device.disk.rot(path);
      const before = rotten.map((path) => [path, device.text(path)] as const);
      device.cutBefore = cutBefore;
      try {
        await device.scrub();
      } catch (error) {
        if (!(error instanceof Mains)) throw error;
        isCut = true;
      }
      device.cutBefore = Number.POSITIVE_INFINITY;
      device.disk.losePower(choices);
      schedules += 1;
      const trace = `cut before ${cutBefore}, ${choices.trace}`;
      assert.deepEqual(
        device.damaged('b', '2.0.0').filter((path) => path === 'root.json'),
        [],
        trace,
      );
      assert.equal(await device.disk.readLink(places.current), 'slots/b', trace);
      if (!isCut) assert.deepEqual(device.damaged('b', '2.0.0'), [], `what was mended stays so: ${trace}`);
      for (const [path, text] of before) {
        const now = device.text(path);
        assert.ok(
          now === text || !device.damaged('b', '2.0.0').includes(path.slice(places.slot.b.length + 1)),
          `${path}: ${trace}`,
        );
      }
      await device.scrub();
      assert.deepEqual(device.damaged('b', '2.0.0'), [], trace);
    }
    if (!isCut) break;
  }
  assert.ok(schedules > 30, `${schedules} schedules`);
});

test('what nobody can mend: the other slot is not started any more, the committed one is told of and looked at again soon', async () => {
  const device = await Device.open({ a: '1.5.0', b: '2.0.0' });
  device.disk.rot(`${places.slot.a}/doorward`);
  device.disk.rot(`${places.slot.b}/doorward`);
  const notebook = await device.scrub();
  assert.deepEqual(notebook.scrub?.damaged.map(({ slot, message }) => `${slot}: ${message}`), [
    'a: doorward is not what was signed', 'b: doorward is not what was signed',
  ]); // prettier-ignore
  assert.equal((await readMark(device.disk, places, 'a')).state, 'unusable');
  assert.equal((await readMark(device.disk, places, 'b')).state, 'usable');
  assert.equal(notebook.nextScrubMs - device.clock.uptimeMs(), hourMs);
});

test('a part that the card cannot read is mended like one that reads differently', async () => {
  const device = await Device.open();
  const { disk } = device;
  const bad = `${places.slot.b}/lib/faces.node`;
  const readPart = disk.readPart.bind(disk);
  disk.readPart = async (path, offset, bytes) => {
    const isBad = path === bad || path.startsWith(places.factory); // What has taken its place lies elsewhere on the card.
    if (isBad && disk.names.get(path) === before.get(path))
      throw new DiskFault(`cannot read ${path}: input/output error`, 'other');
    return readPart(path, offset, bytes);
  };
  const before = new Map(disk.names);
  const { repaired, damaged } = await device.report();
  assert.deepEqual([repaired.map(({ path, from }) => `${path} ${from}`), damaged], [['lib/faces.node slot a'], []]);
});

test('on a card that takes nothing any more the damage is told of, and nothing else happens', async () => {
  const device = await Device.open({ a: '1.5.0', b: '2.0.0', factory: '2.0.0' });
  device.disk.rot(`${places.slot.b}/doorward`);
  device.isReadOnly = true;
  const { repaired, damaged } = await device.report();
  assert.deepEqual([repaired, damaged.map(({ slot }) => slot)], [[], ['b']]);
  assert.match(damaged[0]?.message ?? '', /input\/output error/);
});

test('what does not belong into a slot goes', async () => {
  const device = await Device.open();
  device.disk.seed(`${places.slot.b}/core.1234`, 'a dump');
  const { repaired } = await device.report();
  assert.deepEqual(repaired.map(({ path }) => path), ['core.1234']); // prettier-ignore
  assert.equal(device.text(`${places.slot.b}/core.1234`), undefined);
});

test('whoever wishes something does not wait for the reading: it begins again later', async () => {
  const device = await Device.open();
  const notebook = { ...emptyNotebook, nextScrubMs: 5 };
  const after = await device.scrub({ notebook, rest: () => Promise.reject(new ScrubInterrupted()) });
  assert.equal(after, notebook);
});
