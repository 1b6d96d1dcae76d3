import { copyNumber } from '../../store/copy-number.ts';
import { isHouseholdsWord } from '../../store/households-word.ts';
import type { Visit } from '../../store/records.ts';
import { searchLosses } from '../../store/search-losses.ts';
import type { Disk } from '../../system/disk.ts';
import { homeAt } from '../../system/home.ts';
import type { RehearsalMaterial, RehearsalRequest, RehearsedDecision } from '../../update/duty.ts';
import type { StoredData } from '../../update/judge/stored-data.ts';
import type { Storage } from '../../system/storage.ts';
import type { Clock } from '../../system/clock.ts';
import { decideAgain } from '../../visit/decide-again.ts';
import type { NamedTwice } from '../../update/judge/visit-names.ts';
import type { Rooms } from '../rooms.ts';
import { listSnapshots, snapshotName, snapshotPattern } from '../snapshots.ts';

/** Visits looked at to find those that have saved frames. */
const visitsSeenMax = 1000;
/** Copies made before trials that are kept. */
const snapshotsKept = 3;
/** Of the database, held in memory while it is copied. */
const partBytes = 1024 * 1024;

export interface MaterialParts {
  readonly rooms: Rooms;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly storage: Storage;
}

/**
 * Backs the database up, and lays out what a candidate rehearses on: a copy of the database, the saved frames of recent
 * visits, and what this process says about the same frames: a decision at the door had seen more of them.
 */
export async function prepareMaterial(
  parts: MaterialParts,
  directory: string,
  { visitsMax, trialId }: RehearsalRequest,
): Promise<RehearsalMaterial> {
  const { disk, rooms, storage } = parts;
  const { ground, home } = rooms;
  const rehearsal = homeAt(directory);
  await disk.remove(directory);
  await disk.makeDirectory(directory);
  // Looked up before: of a visit that ends meanwhile the copy has no frames yet, and a candidate would seem not to know it.
  const recent = ground.store.read.visits({ limit: visitsSeenMax });
  const snapshot = await takeSnapshot(parts, trialId);
  await copyDatabase(storage, { from: snapshot, to: rehearsal.database });
  await disk.makeDirectory(home.people);
  // Copies, not a link: a new recogniser embeds the crops again, and one that removes them removes these.
  for (const { name } of await disk.list(home.people))
    await copy(disk, { from: `${home.people}/${name}`, to: `${rehearsal.people}/${name}` });
  const decisions: RehearsedDecision[] = [];
  for (const visit of recent) {
    if (decisions.length >= visitsMax) break;
    if (visit.phase !== 'decided' || visit.frames.length === 0) continue;
    const decision = await decideHere(parts, visit, () => rooms.house.bell.idle());
    if (decision === undefined) continue;
    for (const frame of visit.frames) await copy(disk, { from: `${home.root}/${frame}`, to: `${directory}/${frame}` });
    decisions.push(decision);
  }
  const pictures = await picturesIn(disk, directory);
  const compareData = async (): Promise<StoredData> => {
    const now = new Set(await picturesIn(disk, directory));
    const left = pictures.filter((picture) => now.has(picture)).length;
    const losses = await searchLosses({ earlier: snapshot, later: rehearsal.database });
    return { losses, pictures: { before: pictures.length, left } };
  };
  return { outcome: 'prepared', directory, decisions, compareData };
}

/** The pictures of people and visits below a home, with their sizes: one that was emptied is another. */
async function picturesIn(disk: Disk, root: string): Promise<readonly string[]> {
  const { people, visits } = homeAt(root);
  const visitFolders = (await disk.list(visits)).map(({ name }) => `${visits}/${name}`);
  const pictures: string[] = [];
  for (const folder of [people, ...visitFolders])
    for (const { name, bytes } of await disk.list(folder)) pictures.push(`${folder}/${name} ${bytes}`);
  return pictures;
}

interface FromTo {
  readonly from: string;
  readonly to: string;
}

/** What this process has said beside what the release on trial has decided; undefined when that is open. */
export function namedTwice(decided: RehearsedDecision, { outcome, personId }: Visit): NamedTwice | undefined {
  if (outcome === undefined) return undefined;
  const { farness, stored: _stored, visitId: _visitId, ...own } = decided;
  return { own, farness, candidate: { outcome, ...(personId === undefined ? {} : { personId }) } };
}

/** What this process says about the frames that are kept of a visit; undefined when it cannot look. A visitor at the door goes first. */
export async function decideHere(
  { rooms, clock, disk }: Pick<MaterialParts, 'rooms' | 'clock' | 'disk'>,
  visit: Visit,
  mayLook: () => Promise<void>,
): Promise<RehearsedDecision | undefined> {
  const { ground, home, house, senses } = rooms;
  const { inference, pictures } = senses.recognition;
  const { settings } = ground.loaded;
  const looking = { clock, disk, home, log: ground.log, inference, pictures, gallery: house.gallery, settings };
  const decided = await decideAgain(looking, visit, mayLook);
  if (decided.outcome === 'blind') return undefined;
  const { candidates, thresholds } = decided.decision;
  return {
    visitId: visit.id,
    outcome: decided.visit,
    ...named(decided.personId),
    ...(visit.outcome === undefined
      ? {}
      : { stored: { outcome: visit.outcome, ...named(visit.personId), isHouseholds: isHouseholdsWord(visit.reason) } }),
    farness: Object.fromEntries(candidates.map(({ personId, distance }) => [personId, distance / thresholds.probably])),
  };
}

function named(personId: string | undefined): { readonly personId?: string } {
  return personId === undefined ? {} : { personId };
}

/** Kept beside the copies of migrations, and forgotten with a person like them. `doorward restore` goes back to it. */
async function takeSnapshot({ rooms, clock, disk }: MaterialParts, trialId: string): Promise<string> {
  const { backups } = rooms.home;
  const before = (await disk.list(backups)).map(({ name }) => name);
  const snapshot = `${backups}/${snapshotName({ number: copyNumber(clock.wallMs(), before, snapshotPattern), trialId })}`;
  await rooms.ground.store.write('backup', { path: snapshot });
  const snapshots = await listSnapshots(disk, backups);
  for (const { path } of snapshots.slice(snapshotsKept)) await disk.remove(path);
  return snapshot;
}

/** The same moment as the snapshot, byte for byte: what is different afterwards is the candidate's doing. */
async function copyDatabase(storage: Storage, { from, to }: FromTo): Promise<void> {
  for (let offset = 0; ; offset += partBytes) {
    const part = await storage.readPart(from, offset, partBytes);
    if (part === undefined || part.length === 0) return;
    await storage.writePart(to, offset, part);
  }
}

async function copy(disk: Disk, { from, to }: FromTo): Promise<void> {
  const content = await disk.read(from);
  if (content === undefined) return; // Removed meanwhile: the candidate does without, as its incumbent would.
  await disk.makeDirectory(to.slice(0, to.lastIndexOf('/')));
  await disk.write(to, content);
}
