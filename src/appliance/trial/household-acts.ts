import type { Disk } from '../../system/disk.ts';
import { readLine } from '../../telemetry/audit-entry.ts';
import { auditFiles } from '../../telemetry/audit-files.ts';

/** What people have done, from the audit chain: `remove person/ID`. */
export type HouseholdActs = ReadonlySet<string>;

/** The newest files of the chain hold more than people can do in a trial. */
const filesReadMax = 2;

/** Successful acts with a number above `afterSeq`, and the highest number. Whoever has the door writes the chain. */
export async function readActs(
  disk: Disk,
  folder: string,
  { afterSeq = 0, filesMax = filesReadMax }: { readonly afterSeq?: number; readonly filesMax?: number } = {},
): Promise<{ readonly acts: HouseholdActs; readonly lastSeq: number }> {
  const acts = new Set<string>();
  let lastSeq = afterSeq;
  for (const name of (await auditFiles(disk, folder)).slice(-filesMax)) {
    const text = new TextDecoder().decode((await disk.read(`${folder}/${name}`)) ?? new Uint8Array());
    for (const line of text.split('\n')) {
      const read = readLine(line);
      if (read === undefined || read.link.seq <= afterSeq) continue;
      lastSeq = Math.max(lastSeq, read.link.seq);
      const { action, resource, result } = { action: '', resource: '', result: '', ...read.entry };
      if (result === 'success') acts.add(`${action} ${resource}`);
    }
  }
  return { acts, lastSeq };
}

type Merged = ReadonlyMap<string, string | undefined>;

/** Whether an act explains that this row is gone, or says something else. */
export function isExplained(
  acts: HouseholdActs,
  kind: 'people' | 'faces/reference' | 'embeddings' | 'device_settings' | 'users',
  { id, isGone, merged }: { readonly id: string; readonly isGone: boolean; readonly merged: Merged },
): boolean {
  switch (kind) {
    case 'people': return isRemoved(acts, id, merged) || (!isGone && [...acts].some((act) => act.endsWith(` person/${id}`)));
    case 'device_settings': return acts.has('change-settings settings');
    case 'users': return acts.has('reset-access access') || acts.has(`${isGone ? 'remove-user' : 'change-role'} user/${id}`);
    // Who learns a face may let another go, and a correction takes one from whom it was taught wrongly.
    case 'embeddings':
    case 'faces/reference': return acts.has(`remove-face face/${faceOf(id)}`) || facesMove.some((action) => begins(acts, `${action} `));
  } // prettier-ignore
}

/** Of an embedding the id begins with that of its face. */
function faceOf(id: string): string {
  return id.split(' ', 1)[0] ?? id;
}

const facesMove = ['remove', 'enrol', 'correct-visit', 'name-stranger'];

/** Everything that people do with people, faces and visits. */
const peopleChange = [...facesMove, 'rename', 'set-rules', 'merge', 'unmerge', 'remove-face', 'forget-visit'];

/** Whether names, deliveries or pictures of visits may be others after these than before. */
export function changesPeople(acts: HouseholdActs): boolean {
  return peopleChange.some((action) => begins(acts, `${action} `));
}

/** A visit goes by itself, or with its person; one that bears no name may have been that of somebody's stranger. */
export function isVisitExplained(
  acts: HouseholdActs,
  { id, personId }: { readonly id: string; readonly personId: string | undefined },
  merged: Merged,
): boolean {
  if (acts.has(`forget-visit visit/${id}`)) return true;
  if (personId === undefined) return begins(acts, 'remove person/');
  return isRemoved(acts, personId, merged);
}

function isRemoved(acts: HouseholdActs, personId: string, merged: Merged): boolean {
  return chainOf(personId, merged).some((person) => acts.has(`remove person/${person}`));
}

/** The person and whom it is merged into, over any number of steps. */
function chainOf(id: string, merged: Merged): readonly string[] {
  const chain = [id];
  for (let next = merged.get(id); next !== undefined && !chain.includes(next); next = merged.get(next))
    chain.push(next);
  return chain;
}

function begins(acts: HouseholdActs, beginning: string): boolean {
  return [...acts].some((act) => act.startsWith(beginning));
}
