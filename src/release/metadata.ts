import { Metadata, MetadataKind, type Key, type Root, type Targets } from '@tufjs/models';
import { manifestName } from './manifest.ts';
import { keyIdOf } from './keys.ts';
import { wordsOf } from '../system/error-words.ts';

/** Of the TUF specification that metadata is written by. */
export const specVersion = '1.0.31';

/** `2036-11-20T00:00:00Z`: the one way TUF writes times, so that they can be compared as texts. */
const timePattern = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** True when the text is a time as metadata holds it. */
export function isMetadataTime(text: string): boolean {
  return timePattern.test(text);
}

/** Reads signed root metadata, whoever signed it; a text is what is wrong with it. */
export function parseRoot(bytes: Uint8Array): Metadata<Root> | string {
  const root = parse(bytes, (data) => Metadata.fromJSON(MetadataKind.Root, data));
  if (typeof root === 'string') return root;
  const problem = complaintOfSigned(root.signed) ?? complaintOfKeys(root.signed);
  return problem ?? root;
}

/** Reads signed targets metadata, whoever signed it; a text is what is wrong with it. */
export function parseTargets(bytes: Uint8Array): Metadata<Targets> | string {
  const targets = parse(bytes, (data) => Metadata.fromJSON(MetadataKind.Targets, data));
  if (typeof targets === 'string') return targets;
  if (targets.signed.delegations !== undefined) return 'it delegates, which releases do not';
  return complaintOfSigned(targets.signed) ?? targets;
}

/** Signed metadata as the bytes of its file. */
export function serialiseMetadata(metadata: Metadata<Root> | Metadata<Targets>): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(metadata.toJSON(), undefined, 1)}\n`);
}

/** What the signatures vouch for: the manifest, by length and digest. */
export function manifestTarget(targets: Targets): { readonly bytes: number; readonly sha256: string } | undefined {
  const file = Object.hasOwn(targets.targets, manifestName) ? targets.targets[manifestName] : undefined;
  const sha256 = file?.hashes['sha256'];
  return file === undefined || sha256 === undefined ? undefined : { bytes: file.length, sha256 };
}

type SignedRole = 'root' | 'targets';

/** How many keys of the role have signed, and how many must: distinct keys count, not signatures (5.3.4, 5.6.3). */
export function countSignatures(
  root: Root,
  role: SignedRole,
  metadata: Metadata<Root> | Metadata<Targets>,
): { readonly signed: readonly string[]; readonly threshold: number } {
  const { keyIDs, threshold } = root.roles[role] ?? { keyIDs: [], threshold: Infinity };
  const keys = keyIDs.map((id) => root.keys[id]).filter((key) => key !== undefined);
  const signed = keys.filter((key) => hasSigned(key, metadata)).map(({ keyID }) => keyID);
  return { signed: [...new Set(signed)], threshold };
}

function hasSigned(key: Key, metadata: Metadata<Root> | Metadata<Targets>): boolean {
  try {
    key.verifySignature(metadata);
    return true;
  } catch {
    return false; // The library says no by throwing: no signature, or a wrong one.
  }
}

type JsonObject = Parameters<typeof Metadata.fromJSON>[1];

function parse<Parsed>(bytes: Uint8Array, read: (data: JsonObject) => Parsed): Parsed | string {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isJsonObject(value) ? read(value) : 'it is not a JSON object';
  } catch (error) {
    return `it cannot be read: ${wordsOf(error).slice(0, detailMax)}`;
  }
}

const detailMax = 200;

/** What JSON.parse made can hold nothing but JSON. */
function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function complaintOfSigned({ version, expires }: { version: number; expires: string }): string | undefined {
  if (!Number.isSafeInteger(version) || version < 1) return 'its version is not a whole number above zero';
  return isMetadataTime(expires) ? undefined : 'its expiry is not a time such as 2036-11-20T00:00:00Z';
}

/** One key under two names would count twice (fault 41): names are digests of keys, and keys are written one way. */
function complaintOfKeys({ keys, roles }: Root): string | undefined {
  for (const [id, { keyType, scheme, keyVal }] of Object.entries(keys)) {
    const hex = keyVal['public'] ?? '';
    if (keyType !== 'ed25519' || scheme !== 'ed25519' || !/^[0-9a-f]{64}$/.test(hex))
      return `its key ${id} is no Ed25519 key`;
    if (id !== keyIdOf(hex)) return `its key ${id} goes by a wrong name`;
  }
  for (const name of ['root', 'targets'] as const) {
    const role = roles[name];
    if (role === undefined || !Number.isSafeInteger(role.threshold)) return `its role ${name} has no threshold`;
    const known = role.keyIDs.filter((id) => Object.hasOwn(keys, id));
    if (known.length < role.threshold) return `its role ${name} needs more keys than it has`;
  }
  return undefined;
}
