import { acquireInstanceLock } from '../machine/process/instance-lock.ts';
import { nodeClock as clock } from '../machine/node/node-clock.ts';
import { nodeStorage as storage } from '../machine/node/node-storage.ts';
import { placesAt } from '../slot/places.ts';
import { TrialRecordFile } from '../slot/trial-record-file.ts';
import type { Forgotten } from '../store/bring-together.ts';
import { copyNumber } from '../store/copy-number.ts';
import { restoreSnapshot, type RestoreResult } from '../store/restore.ts';
import { wordsOf } from '../system/error-words.ts';
import type { Home } from '../system/home.ts';
import { listSnapshots, type Snapshot } from './snapshots.ts';
import { readActs } from './trial/household-acts.ts';

/** A snapshot, and the trial before which it was made, as far as the trial record remembers it. */
export interface TrialSnapshot extends Snapshot {
  readonly version?: string;
  readonly outcome?: string;
}

export type Restoring =
  | {
      readonly outcome: 'restored';
      readonly snapshot: TrialSnapshot;
      readonly kept: string;
      readonly result: RestoreResult;
    }
  | { readonly outcome: 'refused'; readonly message: string };

/** What was there before the last restorations; kept like other copies, and forgotten with a person like them. */
const keptPattern = /^before-restore-(?<madeMs>\d+)\.db$/;
const keptMax = 3;

/** Snapshots from before trials, the newest first. */
export async function snapshotsIn(home: Home): Promise<readonly TrialSnapshot[]> {
  const record = await new TrialRecordFile(storage, placesAt(home.root, home.root)).read();
  const snapshots = await listSnapshots(storage, home.backups);
  return snapshots.map((snapshot) => {
    const trial = record.history.findLast(({ id }) => id === snapshot.trialId);
    return trial === undefined ? snapshot : { ...snapshot, version: trial.version, outcome: trial.outcome };
  });
}

/**
 * Goes back to the snapshot from before a trial: `before` is the beginning of the trial's id, its version, or its number in
 * the list. Only where nothing runs: whoever runs has read what would be changed under it.
 */
export async function restoreIn(home: Home, before: string): Promise<Restoring> {
  const snapshots = await snapshotsIn(home);
  const found = snapshots.filter((snapshot) => isMeant(snapshot, before));
  const [snapshot] = found;
  if (snapshot === undefined)
    return refused(`cannot restore: there is no snapshot from before trial ${before}: see doorward restore --list`);
  if (found.length > 1 && found.some(({ trialId }) => trialId !== snapshot.trialId))
    return refused(`cannot restore: ${found.length} trials are called ${before}: see doorward restore --list`);
  const locked = await acquireInstanceLock(home.root);
  if (locked.outcome !== 'acquired')
    return refused(
      locked.outcome === 'held'
        ? `cannot restore: the appliance${locked.by === undefined ? '' : ` with pid ${locked.by.pid}`} runs: stop it first`
        : locked.message,
    );
  try {
    const kept = await placeToKeep(home);
    const places = { database: home.database, snapshot: snapshot.path, kept };
    const result = await restoreSnapshot(places, await forgottenIn(home));
    await thinOut(home);
    return { outcome: 'restored', snapshot, kept, result };
  } catch (error) {
    return refused(wordsOf(error));
  } finally {
    await locked.lock.letGo();
  }
}

function isMeant({ trialId, version, number }: TrialSnapshot, before: string): boolean {
  if (before === '') return false;
  return trialId?.startsWith(before) === true || version === before || String(number) === before;
}

async function placeToKeep({ backups }: Home): Promise<string> {
  const names = (await storage.list(backups)).map(({ name }) => name);
  return `${backups}/before-restore-${copyNumber(clock.wallMs(), names, keptPattern)}.db`;
}

async function thinOut({ backups }: Home): Promise<void> {
  const kept = (await storage.list(backups)).filter(({ name }) => keptPattern.test(name));
  const number = (name: string): number => Number(keptPattern.exec(name)?.groups?.['madeMs']);
  for (const { name } of kept.toSorted((one, other) => number(other.name) - number(one.name)).slice(keptMax))
    await storage.remove(`${backups}/${name}`);
}

/** Whom and what people have removed, by the audit chain. */
async function forgottenIn(home: Home): Promise<Forgotten> {
  const { acts } = await readActs(storage, home.audit, { filesMax: Infinity });
  const idsOf = (beginning: string): readonly string[] =>
    [...acts].filter((act) => act.startsWith(beginning)).map((act) => act.slice(beginning.length));
  return {
    people: idsOf('remove person/'),
    visits: idsOf('forget-visit visit/'),
    users: idsOf('remove-user user/'),
  };
}

function refused(message: string): Restoring {
  return { outcome: 'refused', message };
}
