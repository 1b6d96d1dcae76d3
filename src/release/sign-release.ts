import { Targets, Metadata } from '@tufjs/models';
import type { Storage } from '../system/storage.ts';
import { fileSource } from './byte-source.ts';
import { joinFile } from './join-file.ts';
import type { Signer } from './keys.ts';
import {
  countSignatures,
  isMetadataTime,
  manifestTarget,
  parseRoot,
  parseTargets,
  serialiseMetadata,
} from './metadata.ts';
import { encodeHead, headLimits, readHead } from './release-file.ts';

export interface SignPlan {
  readonly storage: Storage;
  readonly file: string;
  readonly signer: Signer;
  /** Begins new signatures over the same release: a higher version, or another expiry. Those there are fall away. */
  readonly anew?: { readonly version?: number; readonly expires?: string };
}

export type SignResult =
  | { readonly outcome: 'signed'; readonly signatures: number; readonly threshold: number }
  | { readonly outcome: 'refused'; readonly message: string };

/** Adds a signature to a release file; several signers do so in turn. The payload stays as it is. */
export async function signRelease({ storage, file, signer, anew }: SignPlan): Promise<SignResult> {
  const no = (why: string): SignResult => ({ outcome: 'refused', message: `cannot sign ${file}: ${why}` });
  const source = await fileSource(storage, file);
  if (source === undefined) return no('there is no such file');
  const read = await readHead(source);
  if (read.outcome === 'refused') return no(read.message.replace(/^cannot use /, ''));
  const { head } = read;
  const root = parseRoot(head.roots.at(-1)?.bytes ?? new Uint8Array());
  if (typeof root === 'string') return no(`its root of trust is not well: ${root}`);
  const old = parseTargets(head.targets);
  if (typeof old === 'string') return no(`its signed metadata is not well: ${old}`);
  if (manifestTarget(old.signed) === undefined) return no('its metadata does not vouch for a manifest');
  if (root.signed.roles['targets']?.keyIDs.includes(signer.keyId) !== true)
    return no(`the key ${shortKeyId(signer.keyId)} is not one that may sign releases by root ${root.signed.version}`);
  const targets = anew === undefined ? old : renewed(old.signed, anew);
  if (typeof targets === 'string') return no(targets);
  targets.sign((data) => signer.sign(data), true);
  const bytes = serialiseMetadata(targets);
  if (bytes.length > headLimits.targetsBytesMax) return no('it has too many signatures');
  const body = { path: file, offset: head.headBytes };
  const encoded = encodeHead({ ...head, targets: bytes });
  await joinFile({
    storage,
    head: encoded,
    body,
    bodyBytes: source.bytes - head.headBytes,
    draft: `${file}.draft`,
    file,
  });
  const { signed, threshold } = countSignatures(root.signed, 'targets', targets);
  return { outcome: 'signed', signatures: signed.length, threshold };
}

function renewed(old: Targets, { version, expires }: NonNullable<SignPlan['anew']>): Metadata<Targets> | string {
  const next = version ?? old.version + 1;
  if (!Number.isSafeInteger(next) || next <= old.version)
    return `its signatures have version ${old.version}: a new one must be higher`;
  const until = expires ?? old.expires;
  if (!isMetadataTime(until)) return `${until} is not a time such as 2036-11-20T00:00:00Z`;
  const { specVersion, targets, unrecognizedFields } = old;
  return new Metadata(new Targets({ version: next, expires: until, specVersion, targets, unrecognizedFields }));
}

/** Enough of a key's name for people to tell keys apart. */
export function shortKeyId(keyId: string): string {
  return keyId.slice(0, shortKeyIdLength);
}

const shortKeyIdLength = 12;
