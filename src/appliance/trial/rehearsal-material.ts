import { copyNumber } from '../../store/copy-number.ts';
import type { Visit } from '../../store/records.ts';
import type { Disk } from '../../system/disk.ts';
import { homeAt } from '../../system/home.ts';
import type { RehearsalMaterial, RehearsedDecision } from '../../update/duty.ts';
import type { Storage } from '../../system/storage.ts';
import type { Clock } from '../../system/clock.ts';
import { decideAgain } from '../../visit/decide-again.ts';
import type { Rooms } from '../rooms.ts';

/** Visits looked at to find those that have saved frames. */
const visitsSeenMax = 1000;
/** Copies made before trials that are kept. */
const backupsKept = 3;
const trialBackup = /^trial-(?<madeMs>\d+)\.db$/;

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
  visitsMax: number,
): Promise<RehearsalMaterial> {
  const { disk, rooms, storage } = parts;
  const { ground, home } = rooms;
  const rehearsal = homeAt(directory);
  await disk.remove(directory);
  await disk.makeDirectory(directory);
  await backUp(parts);
  await ground.store.write('backup', { path: rehearsal.database });
  await disk.makeDirectory(home.people);
  await storage.makeLink(home.people, rehearsal.people); // Read only: a new recogniser embeds the crops again.
  const decisions: RehearsedDecision[] = [];
  const recent = ground.store.read.visits({ limit: visitsSeenMax });
  for (const visit of recent) {
    if (decisions.length >= visitsMax) break;
    if (visit.phase !== 'decided' || visit.frames.length === 0) continue;
    const decision = await decide(rooms, parts, visit);
    if (decision === undefined) continue;
    for (const frame of visit.frames) await copy(disk, { from: `${home.root}/${frame}`, to: `${directory}/${frame}` });
    decisions.push(decision);
  }
  return { outcome: 'prepared', directory, decisions };
}

/** A visitor at the door goes first. */
async function decide(rooms: Rooms, parts: MaterialParts, visit: Visit): Promise<RehearsedDecision | undefined> {
  const { ground, home, house, senses } = rooms;
  const { inference, pictures } = senses.recognition;
  const { clock, disk } = parts;
  const { settings } = ground.loaded;
  const looking = { clock, disk, home, log: ground.log, inference, pictures, gallery: house.gallery, settings };
  const decided = await decideAgain(looking, visit, () => house.bell.idle());
  if (decided.outcome === 'blind') return undefined;
  const person = decided.personId === undefined ? {} : { personId: decided.personId };
  return { visitId: visit.id, outcome: decided.visit, ...person };
}

/** Kept beside the copies of migrations, and forgotten with a person like them. */
async function backUp({ rooms, clock, disk }: MaterialParts): Promise<void> {
  const { backups } = rooms.home;
  const before = (await disk.list(backups)).map(({ name }) => name);
  const number = copyNumber(clock.wallMs(), before, trialBackup);
  await rooms.ground.store.write('backup', { path: `${backups}/trial-${number}.db` });
  const madeMs = (name: string): number => Number(trialBackup.exec(name)?.groups?.['madeMs']);
  const names = (await disk.list(backups)).map(({ name }) => name).filter((name) => trialBackup.test(name));
  const surplus = names.toSorted((one, other) => madeMs(other) - madeMs(one)).slice(backupsKept);
  for (const name of surplus) await disk.remove(`${backups}/${name}`);
}

async function copy(disk: Disk, { from, to }: { readonly from: string; readonly to: string }): Promise<void> {
  const content = await disk.read(from);
  if (content === undefined) return; // Removed meanwhile: the candidate does without, as its incumbent would.
  await disk.makeDirectory(to.slice(0, to.lastIndexOf('/')));
  await disk.write(to, content);
}
