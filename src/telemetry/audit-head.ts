import type { KeyObject } from 'node:crypto';
import { replaceFile, type Disk } from '../system/disk.ts';
import { chainStart, parseObject } from './audit-entry.ts';
import { isSignedBy, readHeadKey, signText } from './audit-keys.ts';
import { canonicalJson } from './canonical-json.ts';

/** What is signed: where the kept chain begins and where it ended at the last write. Without it, a cut tail would not show. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
  /** What the oldest kept entry continues: files beyond the limit were removed before it. */
  readonly first_seq: number;
  readonly first_prev_hash: string;
}

export type HeadResult =
  | { readonly outcome: 'signed'; readonly head: AuditHead; readonly key: string }
  | { readonly outcome: 'missing' | 'forged'; readonly message: string };

/** The head of a chain that was never written to. */
export const emptyHead: AuditHead = { ...chainStart, first_seq: 1, first_prev_hash: chainStart.hash };

/** Signs the head and replaces its file. */
export async function writeHead(
  disk: Disk,
  folder: string,
  signed: { head: AuditHead; key: KeyObject },
): Promise<void> {
  const signature = signText(canonicalJson(signed.head), signed.key);
  await replaceFile(disk, headPath(folder), `${JSON.stringify({ ...signed.head, signature })}\n`);
}

/** Reads the head and checks its signature with the key beside the chain, which must be `pinned` when that is known. */
export async function readHead(disk: Disk, folder: string, pinned?: string): Promise<HeadResult> {
  const text = await disk.read(headPath(folder));
  if (text === undefined) return { outcome: 'missing', message: `cannot find the signed head ${headPath(folder)}` };
  const forged = (why: string): HeadResult => ({ outcome: 'forged', message: `cannot ${why}` });
  const notOurs = forged(`trust the head ${headPath(folder)}: its signature is not this device's`);
  const { signature, ...head } = { ...emptyHead, signature: '', ...parseObject(Buffer.from(text).toString()) };
  if (!isHead(head) || typeof signature !== 'string') return notOurs;
  const found = await readHeadKey(disk, folder);
  if ('message' in found) return forged(`check the head ${headPath(folder)}: ${found.message}`);
  const { key } = found;
  if (!isSignedBy(canonicalJson(head), signature, [key])) return notOurs;
  if (pinned === undefined || pinned === key) return { outcome: 'signed', head, key };
  return forged(`trust the head ${headPath(folder)}: it is signed with another key than the database remembers`);
}

function isHead(head: Readonly<Record<keyof AuditHead, unknown>>): head is AuditHead {
  const { seq, hash, first_seq: firstSeq, first_prev_hash: firstPrevHash } = head;
  return (
    Number.isSafeInteger(seq) &&
    Number.isSafeInteger(firstSeq) &&
    typeof hash === 'string' &&
    typeof firstPrevHash === 'string'
  );
}

function headPath(folder: string): string {
  return `${folder}/head.json`;
}
