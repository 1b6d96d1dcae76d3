import type { Disk } from '../system/disk.ts';
import { chainStart, hashOf, readLine, type ChainLink } from './audit-entry.ts';
import { auditFileName, auditFiles } from './audit-files.ts';
import { emptyHead, readHead, type AuditHead } from './audit-head.ts';

/** Entries that may stand after the signed head: one write that a power cut parted from its head. */
export const unsignedEntriesMax = 100;

export type AuditFault =
  | 'unreadable' // A line is no entry.
  | 'changed' // An entry is not what was written.
  | 'order' // Entries are missing, put in, doubled or moved.
  | 'truncated' // The end is missing.
  | 'unsigned' // The head is missing or forged, or the chain is not the one it signed.
  | 'torn'; // The last line stops in the middle: a power cut; the next start repairs it.

export type AuditVerdict =
  | {
      readonly outcome: 'whole';
      readonly entries: number;
      /** After the signed head, because of a power cut or because the appliance is writing. */
      readonly unsigned: number;
      readonly last: ChainLink;
    }
  | {
      readonly outcome: 'broken';
      readonly fault: AuditFault;
      /** Where to look: the file, and its line from 1 (0: the file as a whole). */
      readonly file: string;
      readonly line: number;
      readonly message: string;
    };

export type BrokenAudit = Extract<AuditVerdict, { outcome: 'broken' }>;

/** How far a walk along the chain has come. */
interface Walk {
  readonly last: ChainLink;
  readonly entries: number;
  /** The hash of the entry that the head names, once it has been passed. */
  readonly signedHash: string | undefined;
}

/** A chain that grows while it is read may look torn. It is read again, this many times. */
const walksMax = 5;

/**
 * Walks the chain in `folder` from its first kept entry to its last and compares the end with the signed head.
 * `part: 'end'` looks at the newest file only: what a start can afford. The appliance may be writing meanwhile.
 */
export async function verifyAudit(disk: Disk, folder: string, part: 'all' | 'end' = 'all'): Promise<AuditVerdict> {
  for (let walks = 1; ; walks += 1) {
    const before = await shapeOf(disk, folder);
    const verdict = await walkChain(disk, folder, part);
    if (verdict.outcome === 'whole' || walks === walksMax || before === (await shapeOf(disk, folder))) return verdict;
  }
}

/** Changes with every write. */
async function shapeOf(disk: Disk, folder: string): Promise<string> {
  return JSON.stringify(await disk.list(folder));
}

async function walkChain(disk: Disk, folder: string, part: 'all' | 'end'): Promise<AuditVerdict> {
  const found = await auditFiles(disk, folder);
  const read = await readHead(disk, folder);
  if (read.outcome === 'forged') return broken('unsigned', { file: 'head.json', line: 0 }, read.message);
  if (read.outcome === 'missing' && found.length > 0) {
    return broken('unsigned', { file: 'head.json', line: 0 }, read.message); // The head is older than the first entry.
  }
  const head = read.outcome === 'signed' ? read.head : emptyHead;
  // A power cut may leave a file behind that the head has already let go.
  const files = found.filter((file) => file >= auditFileName(head.first_seq));
  const looked = part === 'all' ? files : files.slice(-1);
  const isPart = looked.length < files.length;
  let walk: Walk = { last: { seq: head.first_seq - 1, hash: head.first_prev_hash }, entries: 0, signedHash: undefined };
  for (const [index, file] of looked.entries()) {
    const text = Buffer.from((await disk.read(`${folder}/${file}`)) ?? []).toString();
    const from = index === 0 && isPart ? undefined : walk.last;
    const walked = walkFile({ file, text, from, signedSeq: head.seq });
    if ('fault' in walked) return walked;
    walk = { ...walked, entries: walk.entries + walked.entries, signedHash: walked.signedHash ?? walk.signedHash };
  }
  return judgeEnd(walk, head, looked.at(-1) ?? 'head.json');
}

function walkFile(part: {
  file: string;
  text: string;
  from: ChainLink | undefined;
  signedSeq: number;
}): Walk | BrokenAudit {
  const lines = part.text.split('\n');
  const rest = lines.pop() ?? '';
  let last = part.from;
  let signedHash: string | undefined;
  for (const [index, line] of lines.entries()) {
    const read = readLine(line);
    if (read === undefined) return broken('unreadable', { file: part.file, line: index + 1 }, 'is no audit entry');
    const fault = judgeEntry(read, last);
    if (fault !== undefined) return broken(fault.fault, { file: part.file, line: index + 1 }, fault.message);
    last = read.link;
    if (last.seq === part.signedSeq) signedHash = last.hash;
  }
  if (rest !== '')
    return broken(
      'torn',
      { file: part.file, line: lines.length + 1 },
      'stops in the middle: a power cut; the next start repairs it',
    );
  return { last: last ?? chainStart, entries: lines.length, signedHash };
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

function judgeEnd(walk: Walk, head: AuditHead, file: string): AuditVerdict {
  const { last, entries } = walk;
  if (last.seq < head.seq) {
    return broken(
      'truncated',
      { file, line: 0 },
      `ends with entry ${last.seq}, but ${head.seq} was signed: the end was cut off`,
    );
  }
  if (walk.signedHash !== undefined && walk.signedHash !== head.hash) {
    return broken(
      'unsigned',
      { file, line: 0 },
      `holds an entry ${head.seq} that is not the signed one: the chain was written anew`,
    );
  }
  const unsigned = last.seq - head.seq;
  if (unsigned > unsignedEntriesMax) {
    return broken(
      'unsigned',
      { file, line: 0 },
      `holds ${unsigned} entries after the signed head, more than one write: they were put in`,
    );
  }
  return { outcome: 'whole', entries, unsigned, last };
}

function broken(fault: AuditFault, at: { file: string; line: number }, why: string): BrokenAudit {
  const { file, line } = at;
  const where = line === 0 ? file : `${file} line ${line}`;
  const message = why.startsWith('cannot ') ? why : `cannot trust the audit chain: ${where} ${why}`;
  return { outcome: 'broken', fault, file, line, message };
}
