// A household with the real SQL, in memory, and with scripted recognition; a test may give it real parts instead.
import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import type { TestContext } from 'node:test';

import type { EnrolRequest, EnrolResult } from '../../src/people/acts.ts';
import { Gallery } from '../../src/people/gallery.ts';
import type { HouseholdParts } from '../../src/people/household-parts.ts';
import { Household } from '../../src/people/household.ts';
import type { Decision, Person, StoredFace } from '../../src/store/records.ts';
import type { AuditEntry } from '../../src/system/audit.ts';
import { replaceFile } from '../../src/system/disk.ts';
import { homeAt } from '../../src/system/home.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import { PlainStore } from '../fakes/plain-store.ts';
import { RecordingEvents, RecordingLog } from '../fakes/recorders.ts';
import { pictureOf, ScriptedFaces, type ScriptedFace } from '../fakes/scripted-faces.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';

export const recognition: HouseholdParts['recognition'] = {
  strangersPerName: 1000, strangersPerKnown: 10_000, faceWidthPxMin: 48, detailMin: 0.15, yawDegMax: 40,
  lightMax: 235, strangerDistance: 0.5, liveness: true,
}; // prettier-ignore

/** Where one of ten thousand strangers is taken for the one person of a household. */
export const knownDistance = 0.5;

export const nowMs = 1_790_000_000_000;

export interface House {
  readonly parts: HouseholdParts;
  readonly household: Household;
  readonly store: PlainStore;
  readonly disk: MemoryDisk;
  readonly scripted: ScriptedFaces;
  readonly audited: AuditEntry[];
  readonly events: RecordingEvents;
  readonly log: RecordingLog;
  /** Enrols from scripted faces, one file each, and expects it to work. */
  enrolled(name: string, ...faces: readonly ScriptedFace[]): Promise<Person>;
  /** A decided visit with a kept face, as visit/ leaves it. */
  visited(visitId: string, face: ScriptedFace, who?: Who): Promise<void>;
  /** The people whom this face would be taken for. */
  namesFor(face: ScriptedFace): Promise<readonly string[]>;
}

interface Who {
  readonly personId?: string;
  readonly strangerId?: string;
  /** Default: the epoch, before anybody was enrolled. */
  readonly startedMs?: number;
  readonly candidates?: Decision['candidates'];
}

/** The same store and disk again, after a restart; or another recogniser for them. */
export type HouseOptions = Partial<Pick<House, 'store' | 'disk' | 'scripted'>>;

export function aHouse(t: TestContext, options: HouseOptions = {}): House {
  const { store = new PlainStore(), disk = new MemoryDisk(), scripted = new ScriptedFaces('scripted-1') } = options;
  if (options.store === undefined) t.after(() => store.close());
  const audited: AuditEntry[] = [];
  const events = new RecordingEvents();
  const log = new RecordingLog();
  const gallery = new Gallery(store.read, scripted);
  const parts: HouseholdParts = {
    store, gallery, inference: scripted, pictures: scripted, disk, home: homeAt('/home'),
    clock: { wallMs: () => nowMs }, random: new SeededRandom(disk.paths.length), recognition, events, log,
    chronicle: { record: (entry) => Promise.resolve(void audited.push(entry)) },
  }; // prettier-ignore
  const household = new Household(parts);
  return {
    parts, household, store, disk, scripted, audited, events, log,
    async enrolled(name, ...faces) {
      const result = await household.enrol(fromFiles({ name }, ...faces.map((face) => pictureOf(face))));
      assert(result.outcome === 'enrolled', JSON.stringify(result));
      return result.person;
    },
    visited: (visitId, face, who = {}) => storeVisit(parts, { visitId, jpeg: pictureOf(face), who }),
    async namesFor(face) {
      const { candidates } = gallery.match(await vectorOfPicture(parts, pictureOf(face)));
      return candidates.filter(({ distance }) => distance < knownDistance).map(({ name }) => name);
    },
  }; // prettier-ignore
}

export function fromFiles(who: EnrolRequest['who'], ...files: readonly Uint8Array[]): EnrolRequest {
  const labelled = files.map((bytes, i) => ({ label: `picture ${i + 1}`, bytes }));
  return { who, from: { kind: 'files', files: labelled }, actor: 'owner' };
}

/** The reason of a refusal, or that there was none. */
export function reasonOf(result: { readonly outcome: string; readonly reason?: string }): string {
  return result.reason ?? result.outcome;
}

/** Each picture's reason. */
export function reasonsOf(result: EnrolResult): readonly string[] {
  return (result.refusals ?? []).map(({ reason }) => reason);
}

type Eyes = Pick<HouseholdParts, 'inference' | 'pictures'>;

async function faceIn({ inference, pictures }: Eyes, bytes: Uint8Array) {
  const decoded = await pictures.decode(bytes);
  assert(decoded.outcome === 'decoded');
  const [face] = await inference.detect(decoded.picture, 'quick');
  assert(face !== undefined, 'no face in the picture');
  return { face, vector: await inference.embed(decoded.picture, face.landmarks) };
}

export async function vectorOfPicture(eyes: Eyes, bytes: Uint8Array): Promise<Float32Array> {
  return (await faceIn(eyes, bytes)).vector;
}

const decision: Decision = {
  recogniser: 'scripted-1', candidates: [], thresholds: { known: 0.5, probably: 0.56, margin: 0.06, faceWidthPxMin: 48 },
  quality: undefined, framesSeen: 1, framesWithFace: 1, framesUsable: 1, agreement: 1,
}; // prettier-ignore

/** As visit/ leaves a visit: row, frame, thumbnail, the face (here the whole picture) and its embedding. */
export async function storeVisit(
  parts: HouseholdParts,
  { visitId, jpeg, who = {} }: { visitId: string; jpeg: Uint8Array; who?: Who },
): Promise<void> {
  const { store, inference, disk, home, gallery } = parts;
  const { personId, strangerId, startedMs = 1, candidates = [] } = who;
  const pathOf = (name: string): string => `visits/${visitId}/${name}.jpg`;
  for (const name of ['frame-0', 'face', 'thumbnail']) {
    await disk.makeDirectory(dirname(`${home.root}/${pathOf(name)}`));
    await replaceFile(disk, `${home.root}/${pathOf(name)}`, jpeg);
  }
  const { face, vector } = await faceIn(parts, jpeg);
  const stored: StoredFace = {
    id: `face-of-${visitId}`, kind: 'visit', source: 'visit', personId: undefined, visitId, picture: pathOf('face'),
    landmarks: face.landmarks, quality: face.quality, createdMs: 1,
  }; // prettier-ignore
  const trigger = { id: `trigger-of-${visitId}`, visitId, source: 'button', press: 'press', atMs: 1 } as const;
  await store.write('openVisit', {
    visit: { id: visitId, source: 'button', startedMs },
    trigger,
    notifications: [],
  });
  await store.write('saveFrames', { visitId, frames: [pathOf('frame-0')] });
  await store.write('decideVisit', {
    visitId, outcome: personId === undefined ? 'stranger' : 'known', personId, strangerId, reason: 'as scripted',
    decision: { ...decision, candidates }, trace: {}, picture: pathOf('frame-0'), thumbnail: pathOf('thumbnail'),
    face: { face: stored, recogniser: inference.recogniser, vector }, notifications: [], decidedMs: 2,
  }); // prettier-ignore
  gallery.refresh();
}
