import type { Disk } from '../system/disk.ts';

/** `trial-1764445200000-ID.db`; releases before did not say which trial it was. */
export const snapshotPattern = /^trial-(?<madeMs>\d+)(?:-(?<trialId>.+))?\.db$/;

/** A copy of the database from before a trial. */
export interface Snapshot {
  readonly path: string;
  /** Above those of all that were made before; the wall clock's milliseconds when that was right. */
  readonly number: number;
  readonly trialId: string | undefined;
  readonly bytes: number;
}

export function snapshotName({ number, trialId }: { readonly number: number; readonly trialId: string }): string {
  return `trial-${number}-${trialId}.db`;
}

/** Every snapshot in the folder of backups, the newest first. */
export async function listSnapshots(disk: Pick<Disk, 'list'>, backups: string): Promise<readonly Snapshot[]> {
  const snapshots = (await disk.list(backups)).flatMap(({ name, bytes }): readonly Snapshot[] => {
    const found = snapshotPattern.exec(name)?.groups;
    if (found === undefined) return [];
    return [{ path: `${backups}/${name}`, number: Number(found['madeMs']), trialId: found['trialId'], bytes }];
  });
  return snapshots.toSorted((one, other) => other.number - one.number);
}
