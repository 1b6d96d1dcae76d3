import { createHash, type KeyObject } from 'node:crypto';
import type { AuditEntry } from '../system/audit.ts';
import { isSignedBy, signText } from './audit-keys.ts';
import { canonicalJson } from './canonical-json.ts';

/** An entry as it stands in the file: one line, chained to the line before it. */
export interface SealedEntry extends AuditEntry {
  /** UTC. */
  readonly timestamp: string;
  /** Counts up from 1 without a gap. */
  readonly seq: number;
  /** `hash` of the entry before; 64 zeros before the first. */
  readonly prev_hash: string;
  /** Ed25519 over the canonical JSON of the rest but for the hash, in base64. Releases before wrote none. */
  readonly signature?: string;
  /** SHA-256 of the canonical JSON of all the rest, in hexadecimal. */
  readonly hash: string;
}

/** The end of a chain: what the next entry continues. */
export interface ChainLink {
  readonly seq: number;
  readonly hash: string;
}

/** What the first entry of all continues. */
export const chainStart: ChainLink = { seq: 0, hash: '0'.repeat(64) };

/** Puts an entry at the end of a chain, signed: nobody without the key can put one there. */
export function sealEntry(
  entry: AuditEntry & { readonly timestamp: string },
  after: ChainLink,
  key: KeyObject,
): SealedEntry {
  const open = { ...entry, seq: after.seq + 1, prev_hash: after.hash };
  return chainEntry({ ...open, signature: signText(canonicalJson(open), key) });
}

/** Gives an entry its hash. */
export function chainEntry<Entry extends Omit<SealedEntry, 'hash'>>(open: Entry): Entry & { readonly hash: string } {
  return { ...open, hash: hashOf(open) };
}

/** Whether the owner of one of these public keys has signed the entry. */
export function isSealedBy(entry: object, keys: readonly string[]): boolean {
  const { hash: _, signature, ...open } = { hash: '', signature: undefined, ...entry };
  return typeof signature === 'string' && isSignedBy(canonicalJson(open), signature, keys);
}

/** An entry as people write down where a chain ended: `128:9f3c…`. */
export function linkText({ seq, hash }: ChainLink): string {
  return `${seq}:${hash}`;
}

/** Undefined for a text that names no entry. */
export function linkOfText(text: string): ChainLink | undefined {
  const [, seq = '', hash = ''] = /^(\d{1,12}):([0-9a-f]{64})$/.exec(text) ?? [];
  return hash === '' ? undefined : { seq: Number(seq), hash };
}

/** SHA-256 of the canonical JSON of an entry without its `hash`. */
export function hashOf(entry: object): string {
  const { hash: _, ...rest } = { hash: '', ...entry };
  return createHash('sha256').update(canonicalJson(rest)).digest('hex');
}

/** The parts of a line that chain it, or undefined when it is no entry. */
export function readLine(
  line: string,
): { readonly entry: object; readonly link: ChainLink; readonly prevHash: string } | undefined {
  const entry = parseObject(line);
  if (entry === undefined) return undefined;
  const { seq, hash, prev_hash: prevHash } = { seq: 0, hash: '', prev_hash: '', ...entry };
  if (!Number.isSafeInteger(seq) || typeof hash !== 'string' || typeof prevHash !== 'string') return undefined;
  return { entry, link: { seq, hash }, prevHash };
}

/** The object that a text of JSON holds, or undefined. */
export function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined; // Whoever asked says where the text stood.
  }
}
