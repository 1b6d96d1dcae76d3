import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { replaceFile, type Disk } from '../system/disk.ts';
import type { Random } from '../system/random.ts';
import { chainStart, parseObject } from './audit-entry.ts';
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
  | { readonly outcome: 'signed'; readonly head: AuditHead }
  | { readonly outcome: 'missing' | 'forged'; readonly message: string };

const keyBytes = 32;
/** The DER of a PKCS #8 Ed25519 key up to its 32 bytes (RFC 8410, 7). */
const keyPrefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The head of a chain that was never written to. */
export const emptyHead: AuditHead = { ...chainStart, first_seq: 1, first_prev_hash: chainStart.hash };

/** The device's own signing key for its audit chain; made at the first start, readable by the appliance's user only. */
export async function openAuditKey(disk: Disk, folder: string, random: Random): Promise<KeyObject> {
  const found = await disk.read(keyPath(folder));
  if (found !== undefined) return createPrivateKey(Buffer.from(found));
  const der = Buffer.concat([keyPrefix, random.secret(keyBytes)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  await replaceFile(disk, keyPath(folder), key.export({ format: 'pem', type: 'pkcs8' }).toString());
  return key;
}

/** Signs the head and replaces its file. */
export async function writeHead(
  disk: Disk,
  folder: string,
  signed: { head: AuditHead; key: KeyObject },
): Promise<void> {
  const signature = sign(null, Buffer.from(canonicalJson(signed.head)), signed.key).toString('base64');
  await replaceFile(disk, headPath(folder), `${JSON.stringify({ ...signed.head, signature })}\n`);
}

/** Reads the head and checks its signature with the device's key. */
export async function readHead(disk: Disk, folder: string): Promise<HeadResult> {
  const text = await disk.read(headPath(folder));
  if (text === undefined) return { outcome: 'missing', message: `cannot find the signed head ${headPath(folder)}` };
  const forged: HeadResult = {
    outcome: 'forged',
    message: `cannot trust the head ${headPath(folder)}: its signature is not this device's`,
  };
  const fields = parseObject(Buffer.from(text).toString());
  const { signature, ...head } = { ...emptyHead, signature: '', ...fields };
  if (!isHead(head) || typeof signature !== 'string') return forged;
  const pem = await disk.read(keyPath(folder));
  if (pem === undefined)
    return { ...forged, message: `cannot check the head ${headPath(folder)}: ${keyPath(folder)} is missing` };
  return isSignedBy(pem, head, signature) ? { outcome: 'signed', head } : forged;
}

/** A key that does not parse cannot have signed anything. */
function isSignedBy(pem: Uint8Array, head: AuditHead, signature: string): boolean {
  try {
    const key = createPublicKey(Buffer.from(pem).toString());
    return verify(null, Buffer.from(canonicalJson(head)), key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
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

function keyPath(folder: string): string {
  return `${folder}/device-key.pem`;
}
