import type { AuditAnchor } from '../system/audit.ts';
import { chainStart, hashOf, isSealedBy, readLine, type ChainLink } from './audit-entry.ts';
import type { AuditHead } from './audit-head.ts';
import { broken, type AuditFault, type AuditVerdict, type BrokenAudit } from './audit-verdict.ts';

/** The first entry of a chain that took the place of one that could not be trusted. */
export const beginAnewAction = 'set-audit-chain-aside';

/** How far a walk along the chain has come. */
export interface Walk {
  last: ChainLink | undefined;
  entries: number;
  /** The newest entry that bears a signature, and how many have come since. */
  sealed: { readonly seq: number; readonly entry: object } | undefined;
  unsigned: number;
  /** Hashes of the entries that are compared with what is known of them; undefined until they are passed. */
  readonly compared: Map<number, string | undefined>;
  begunAnew: { readonly fault: string; readonly timestamp: string } | undefined;
}

/** `from`: what the first entry must continue, where that is known. `compared`: numbers of entries. */
export function beginWalk(from: ChainLink | undefined, compared: readonly number[]): Walk {
  const walk = { last: from, entries: 0, sealed: undefined, unsigned: 0, begunAnew: undefined };
  const hashes = new Map<number, string | undefined>(compared.map((seq) => [seq, undefined]));
  if (from !== undefined && hashes.has(from.seq)) hashes.set(from.seq, from.hash);
  return { ...walk, compared: hashes };
}

/** Goes on through one file; what is wrong with it. */
export function walkFile(walk: Walk, file: string, text: string): BrokenAudit | undefined {
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  for (const [index, line] of lines.entries()) {
    const read = readLine(line);
    if (read === undefined) return broken('unreadable', { file, line: index + 1 }, 'is no audit entry');
    const fault = judgeEntry(read, walk.last);
    if (fault !== undefined) return broken(fault.fault, { file, line: index + 1 }, fault.message);
    pass(walk, read);
  }
  if (rest === '') return undefined;
  const at = { file, line: lines.length + 1 };
  return broken('torn', at, 'stops in the middle: a power cut; the next start repairs it');
}

function pass(walk: Walk, { entry, link }: NonNullable<ReturnType<typeof readLine>>): void {
  walk.last = link;
  walk.entries += 1;
  walk.unsigned += 1;
  if (walk.compared.has(link.seq)) walk.compared.set(link.seq, link.hash);
  const { action, data, signature, timestamp } = { action: '', data: {}, signature: '', timestamp: '', ...entry };
  if (signature !== '') {
    walk.sealed = { seq: link.seq, entry };
    walk.unsigned = 0;
  }
  if (link.seq === 1 && action === beginAnewAction) {
    const { fault } = { fault: '', ...data };
    walk.begunAnew = { fault: `${fault}`, timestamp: `${timestamp}` };
  }
}

function judgeEntry(
  read: { readonly entry: object; readonly link: ChainLink; readonly prevHash: string },
  last: ChainLink | undefined,
): { readonly fault: AuditFault; readonly message: string } | undefined {
  const { seq, hash } = read.link;
  if (last !== undefined && seq > last.seq + 1) {
    return {
      fault: 'order',
      message: `is entry ${seq}, but ${last.seq + 1} comes next: entries were removed or moved`,
    };
  }
  if (last !== undefined && seq <= last.seq) {
    return { fault: 'order', message: `is entry ${seq}, which came before: entries were put in or moved` };
  }
  if (hashOf(read.entry) !== hash) return { fault: 'changed', message: `is entry ${seq}, and its text was changed` };
  if (last !== undefined && read.prevHash !== last.hash) {
    return {
      fault: 'order',
      message: `is entry ${seq}, but does not continue the entry before it: one of them was replaced`,
    };
  }
  return undefined;
}

/** What the end of the chain is compared with. */
export interface EndFacts {
  readonly head: AuditHead;
  readonly anchor?: AuditAnchor | undefined;
  readonly against?: ChainLink | undefined;
  /** One of them must have signed the newest entry that bears a signature. */
  readonly keys: readonly string[];
  readonly file: string;
}

export function judgeEnd(walk: Walk, { head, anchor, against, keys, file }: EndFacts): AuditVerdict {
  const last = walk.last ?? chainStart;
  const known: readonly (readonly [ChainLink | undefined, string])[] = [
    [head, 'signed'],
    [anchor, 'remembered'],
    [against, 'told'],
  ];
  for (const [link, how] of known) {
    const fault = link === undefined ? undefined : judgeLink(walk, { link, how, last, head });
    if (fault !== undefined) return broken(fault.fault, { file, line: 0 }, fault.message);
  }
  const { begunAnew, entries, sealed, unsigned } = walk;
  const isSealed = sealed === undefined || isSealedBy(sealed.entry, keys);
  if (!isSealed && sealed.seq <= head.seq)
    return broken('unsigned', { file, line: 0 }, `holds an entry ${sealed.seq} that another key has signed`);
  const signedSeq = isSealed ? Math.max(head.seq, sealed?.seq ?? 0) : head.seq;
  const putIn = last.seq - signedSeq;
  if (putIn > 0) {
    const what =
      putIn === 1
        ? 'an entry at its end that nobody has signed: it was'
        : `${putIn} entries at its end that nobody has signed: they were`;
    return { ...broken('put-in', { file, line: 0 }, `holds ${what} put in`), signedSeq };
  }
  return { outcome: 'whole', entries, unsigned, last, ...(begunAnew === undefined ? {} : { begunAnew }) };
}

/** Whether the chain holds an entry that is known from elsewhere; `how`: from where, as a participle. */
function judgeLink(
  walk: Walk,
  { link, how, last, head }: { link: ChainLink; how: string; last: ChainLink; head: AuditHead },
): { readonly fault: AuditFault; readonly message: string } | undefined {
  const { seq, hash } = link;
  if (last.seq < seq)
    return { fault: 'truncated', message: `ends with entry ${last.seq}, but ${seq} was ${how}: the end was cut off` };
  const found = walk.compared.get(seq);
  if (found === hash) return undefined;
  if (found !== undefined)
    return {
      fault: 'unsigned',
      message: `holds an entry ${seq} that is not the ${how} one: the chain was written anew`,
    };
  if (seq >= head.first_seq) return undefined; // In a file before those that were looked at.
  return {
    fault: 'order',
    message: `begins with entry ${head.first_seq}, but ${seq} was ${how}: it is no longer there`,
  };
}
