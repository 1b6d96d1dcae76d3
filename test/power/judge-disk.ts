/** What a device finds on its disk when the power comes back, and whether every promise is still kept by it. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import Value from 'typebox/value';
import { librariesList, type NativeLibraries } from '../../src/system/native-libraries.ts';
import { nodeStorage as storage } from '../../src/machine/node/node-storage.ts';
import { carriedRootName, manifestName, parseManifest, type Manifest } from '../../src/release/manifest.ts';
import { readBack } from '../../src/release/read-back.ts';
import { gateSection, updateSection, type UpdateSettings } from '../../src/settings/update-settings.ts';
import { readCurrent } from '../../src/slot/current-link.ts';
import { placesAt, type Places } from '../../src/slot/places.ts';
import { readMark } from '../../src/slot/slot-mark.ts';
import { otherSlot, type Slot } from '../../src/slot/slot.ts';
import { open } from '../../src/slot/trial-record-file.ts';
import type { Log } from '../../src/system/log.ts';
import { FolderSource } from '../../src/update/folder-source.ts';
import { releaseActs } from '../../src/update/release-acts.ts';
import { Updater } from '../../src/update/update.ts';
import { GivenChoices } from '../simulation/choices.ts';
import { SimulatedMachine } from '../simulation/simulated-machine.ts';
import { SimulatedDoor } from '../simulation/simulated-door.ts';

/** Where the installation and the household lie on the disk under test. */
export const onDisk = { installation: 'installation', home: 'home' } as const;

export interface Complaint {
  readonly kind: 'unbootable' | 'unupdatable' | 'dataLost';
  readonly why: string;
}

export interface Expected {
  /** Visits that somebody was told of before the power was cut. */
  readonly visits: readonly string[];
  /** A trial record was written before. */
  readonly hasRecord: boolean;
  /** A small release, signed for this device, which is the next update. */
  readonly next: NextRelease;
}

export interface NextRelease {
  /** The folder in which its file lies. */
  readonly folder: string;
  readonly version: string;
}

const stepsMax = 200;

/** Judges the disk that is mounted here. It is changed by it, as a boot and the next update would. */
export async function judgeDisk(mounted: string, expected: Expected): Promise<readonly Complaint[]> {
  const places = placesAt(join(mounted, onDisk.installation), join(mounted, onDisk.home));
  const committed = await readCurrent(storage, places);
  if (committed === undefined) return [{ kind: 'unbootable', why: 'the link names no slot' }];
  const damage = await damageOf(places, committed);
  if (damage !== undefined) return [{ kind: 'unbootable', why: damage }];
  const library = damagedLibrary(places, committed);
  if (library !== undefined) return [{ kind: 'unbootable', why: library }];
  const complaints: Complaint[] = [];
  const note = (kind: Complaint['kind'], why: string | undefined): void => {
    if (why !== undefined) complaints.push({ kind, why });
  };
  const other = otherSlot(committed);
  // The fall-back starts whatever is marked usable.
  if ((await readMark(storage, places, other)).state === 'usable') note('unbootable', await damageOf(places, other));
  note('dataLost', lostFrom(join(places.home, 'doorward.db'), expected.visits));
  note('unupdatable', await recordFault(places, expected.hasRecord));
  if (complaints.length === 0) note('unupdatable', await updateFault(places, committed, expected.next));
  return complaints;
}

/** What is wrong with the release in a slot, every byte of it read; undefined when it is whole. */
async function damageOf(places: Places, slot: Slot): Promise<string | undefined> {
  const manifest = manifestIn(places, slot);
  if (typeof manifest === 'string') return manifest;
  const read = await readBack({ directory: places.slot[slot], manifest, storage });
  return read.outcome === 'whole' ? undefined : `slot ${slot}: ${read.message}`;
}

/** A library that is taken for whole, because it is as long as it should be, and is not. A missing one is unpacked again. */
function damagedLibrary(places: Places, slot: Slot): string | undefined {
  const list = join(places.slot[slot], librariesList);
  if (!existsSync(list)) return undefined; // Nothing native is carried.
  const { id, libraries } = JSON.parse(readFileSync(list, 'utf8')) as NativeLibraries;
  for (const { name, bytes, sha256 } of libraries) {
    const path = join(places.root, 'lib', id, name);
    const content = existsSync(path) ? readFileSync(path) : undefined;
    if (content?.length === bytes && createHash('sha256').update(content).digest('hex') !== sha256)
      return `the library ${path} is damaged`;
  }
  return undefined;
}

function manifestIn(places: Places, slot: Slot): Manifest | string {
  const path = join(places.slot[slot], manifestName);
  if (!existsSync(path)) return `slot ${slot} has no ${manifestName}`;
  const manifest = parseManifest(readFileSync(path));
  return typeof manifest === 'string' ? `slot ${slot}: ${manifest}` : manifest;
}

/** What the database has lost; it is opened as the appliance does, which plays its journal. */
function lostFrom(path: string, visits: readonly string[]): string | undefined {
  if (!existsSync(path)) return 'the database is gone';
  let database: Database.Database | undefined;
  try {
    database = new Database(path);
    const verdict = database.pragma('integrity_check', { simple: true });
    if (verdict !== 'ok') return `the database is damaged: ${String(verdict)}`;
    const kept = new Set(database.prepare('SELECT id FROM visits').pluck().all());
    const lost = visits.filter((id) => !kept.has(id));
    return lost.length === 0 ? undefined : `${lost.length} of ${visits.length} visits are lost, such as ${lost[0]}`;
  } catch (error) {
    return `the database cannot be opened: ${String(error)}`;
  } finally {
    database?.close();
  }
}

async function recordFault({ trialRecords }: Places, isExpected: boolean): Promise<string | undefined> {
  const copies = await Promise.all(trialRecords.map((path) => storage.read(path)));
  if (copies.some((bytes) => open(bytes) !== undefined)) return undefined;
  if (!isExpected && copies.every((bytes) => bytes === undefined)) return undefined; // None was ever written.
  return 'neither copy of the trial record can be read';
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, named: () => silent };
const settings: UpdateSettings = {
  timeZone: 'UTC',
  ...Value.Create(updateSection),
  probationMinutes: 0.02,
  memory: 'warm',
  gate: { ...Value.Create(gateSection), heartbeatMsMax: 600 },
};

/** Whether the next update works: the real updater on this very disk, with a candidate that is good. */
async function updateFault(places: Places, slot: Slot, next: NextRelease): Promise<string | undefined> {
  const manifest = manifestIn(places, slot);
  if (typeof manifest === 'string') return manifest;
  const machine = new SimulatedMachine(new GivenChoices(''), { cuts: 0, faults: 0 });
  machine.powerOn();
  const door = new SimulatedDoor(machine, {
    natures: ['good'],
    version: next.version,
    versionIn: () => next.version,
    judgeStart: () => undefined,
  });
  door.beginLife();
  const updater = new Updater({
    storage,
    places,
    clock: machine,
    random: { fraction: () => 0, id: () => 'next' },
    processes: machine,
    candidates: door,
    duty: door,
    resources: { memory: () => ({ totalBytes: 4e9, availableBytes: 2e9, ownBytes: 1e8 }) },
    releases: releaseActs({
      storage,
      directory: places.trust,
      carriedRoot: readFileSync(join(places.slot[slot], carriedRootName)),
      facts: async () => ({
        nowMs: machine.wallMs(), builtMs: manifest.createdMs, architecture: manifest.architecture, hardware: [],
        runningVersion: manifest.version, schemaVersion: 1, releaseBytesMax: 1e9,
      }), // prettier-ignore
    }),
    sources: [new FolderSource(storage, { name: 'the next', path: next.folder, isOrdered: true })],
    settings,
    running: { slot, version: manifest.version },
    log: silent,
  });
  const steps: string[] = [];
  for (let step = 0; step < stepsMax; step += 1) {
    const { kind } = await updater.takeStep();
    if (steps.at(-1) !== kind) steps.push(kind);
    if (kind === 'leave') break;
  }
  const now = await readCurrent(storage, places);
  const isThere = now === otherSlot(slot) && (await damageOf(places, now)) === undefined;
  return isThere ? undefined : `the next update does not work: ${steps.join(', ')}`;
}
