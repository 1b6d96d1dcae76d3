import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Metadata, Root, Targets } from '@tufjs/models';
import Type from 'typebox';
import { Check } from 'typebox/value';
import { hasExpired, type TimeFacts } from './judged-time.ts';
import { countSignatures, manifestTarget, parseRoot, parseTargets } from './metadata.ts';
import { refuse, type Refusal } from './refusal.ts';
import type { ReleaseHead } from './release-file.ts';

/**
 * What the device believes, a plain value. The caller keeps it in a file of its own (`serialiseTrust`, replaced
 * atomically). Numbers in brackets are steps of the TUF specification 1.0.33, section 5, the client's workflow.
 */
export interface TrustState {
  /** The text of the trusted root metadata. */
  readonly root: string;
  /** The newest version of targets metadata on a release that was taken; 0 before the first. */
  readonly targetsVersion: number;
  /** The newest time that such a release was made at, milliseconds since 1970: it is later than that. */
  readonly newestTimeMs: number;
}

/** The file of trust in the household's `trust/`. */
export const trustFileName = 'trust.json';

/** Trust as the installed release carries it (5.2): what a device begins with. A root that does not hold is a fault of the build. */
export function carriedTrust(carriedRoot: Uint8Array): TrustState {
  const root = readSoundRoot(carriedRoot);
  if (typeof root === 'string') assert.fail(`cannot trust the carried root: ${root}`);
  return { root: new TextDecoder().decode(carriedRoot), targetsVersion: 0, newestTimeMs: 0 };
}

const storedSchema = Type.Object({
  format: Type.Literal(1),
  sha256: Type.String(),
  trust: Type.Object({
    root: Type.String(),
    targetsVersion: Type.Integer({ minimum: 0 }),
    newestTimeMs: Type.Number({ minimum: 0 }),
  }),
});

/**
 * After a release was taken: no older signatures from now on (5.6.4). One that was merely seen changes nothing: it may be for
 * another board, or wait for the very release that it would keep out.
 */
export function believed(
  trust: TrustState,
  { signed, createdMs }: { readonly signed: number; readonly createdMs: number },
): TrustState {
  const { targetsVersion, newestTimeMs } = trust;
  return {
    ...trust,
    targetsVersion: Math.max(targetsVersion, signed),
    newestTimeMs: Math.max(newestTimeMs, createdMs),
  };
}

/** Trust as the bytes of its file. */
export function serialiseTrust(trust: TrustState): string {
  return `${JSON.stringify({ format: 1, sha256: checksum(trust), trust })}\n`;
}

/**
 * Trust from its file. A missing or garbled file falls back to the carried root, so that it can never brick (fault 38);
 * so does one whose root is older than the carried one, which was verified together with the release that runs.
 */
export function parseTrust(stored: Uint8Array | undefined, carriedRoot: Uint8Array): TrustState {
  const carried = carriedTrust(carriedRoot);
  const trust = parseStoredTrust(stored);
  if (trust === undefined) return carried;
  return versionOf(trust) >= versionOf(carried) ? trust : { ...trust, root: carried.root };
}

/** Trust as it was kept; undefined when nothing was, or when it is garbled. */
export function parseStoredTrust(bytes: Uint8Array | undefined): TrustState | undefined {
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (!Check(storedSchema, value) || checksum(value.trust) !== value.sha256) return undefined;
    return typeof readSoundRoot(new TextEncoder().encode(value.trust.root)) === 'string' ? undefined : value.trust;
  } catch {
    return undefined; // Not JSON: as good as missing.
  }
}

function checksum({ root, targetsVersion, newestTimeMs }: TrustState): string {
  return createHash('sha256')
    .update(JSON.stringify([root, targetsVersion, newestTimeMs]))
    .digest('hex');
}

function versionOf(trust: TrustState): number {
  return trustedRoot(trust).signed.version;
}

/** The root in a trust state that was made by this file. */
export function trustedRoot(trust: TrustState): Metadata<Root> {
  const root = parseRoot(new TextEncoder().encode(trust.root));
  if (typeof root === 'string') assert.fail(`cannot trust the root: ${root}`);
  return root;
}

/** A root that its own keys have signed. */
export function readSoundRoot(bytes: Uint8Array): Metadata<Root> | string {
  const root = parseRoot(bytes);
  if (typeof root === 'string') return root;
  const { signed, threshold } = countSignatures(root.signed, 'root', root);
  return signed.length >= threshold ? root : `it has ${signed.length} of the ${threshold} signatures of its own keys`;
}

export type RootVerdict = { readonly outcome: 'learned'; readonly trust: TrustState } | Refusal;

/** Walks from the trusted root to the newest that the file carries, one version at a time (5.3.2 to 5.3.9). */
export function learnRoots(trust: TrustState, roots: ReleaseHead['roots']): RootVerdict {
  let walked = trust;
  let root = trustedRoot(trust);
  for (const { version, bytes } of roots) {
    if (version <= root.signed.version) continue; // Known, or older: never a way back (5.3.5).
    const next = parseRoot(bytes);
    if (typeof next === 'string') return refuseRoot(version, next);
    const problem = judgeStep(root, next, version);
    if (problem !== undefined) return problem;
    walked = { ...walked, root: new TextDecoder().decode(bytes), ...(hasSameSigners(root, next) ? {} : forgotten) };
    root = next;
  }
  return { outcome: 'learned', trust: walked };
}

/**
 * Fast-forward recovery (5.3.11): whoever stole keys may have signed huge versions and times. With the keys they go too.
 * Kept stays what the release that runs knows by itself: its own version and build time.
 */
const forgotten = { targetsVersion: 0, newestTimeMs: 0 } as const;

function hasSameSigners(one: Metadata<Root>, other: Metadata<Root>): boolean {
  const signersOf = ({ signed }: Metadata<Root>): string => JSON.stringify(signed.roles['targets']?.keyIDs.toSorted());
  return signersOf(one) === signersOf(other);
}

/** One step of rotation. Intermediate roots may be expired: only the last must be fresh (5.3.10). */
function judgeStep(root: Metadata<Root>, next: Metadata<Root>, named: number): Refusal | undefined {
  const { version } = next.signed;
  if (version !== named) return refuseRoot(named, `it says of itself that it is root ${version}`);
  if (version !== root.signed.version + 1)
    // 5.3.5
    return refuseRoot(version, `root ${root.signed.version} is trusted here and those between are missing`);
  for (const judge of [root, next]) { // 5.3.4: by a threshold of the trusted root's keys, and of its own.
    const { signed, threshold } = countSignatures(judge.signed, 'root', next);
    if (signed.length < threshold)
      return refuseRoot(version, `it has ${signed.length} of the ${threshold} signatures by the keys of root ${judge.signed.version}`);
  } // prettier-ignore
  return undefined;
}

function refuseRoot(version: number, why: string): Refusal {
  return refuse(
    'root-refused',
    'release file',
    `root ${version} in it is not to be trusted: ${why}: build it with the whole chain of roots`,
  );
}

export type TargetsVerdict =
  | {
      readonly outcome: 'trusted';
      readonly targetsVersion: number;
      readonly manifest: { bytes: number; sha256: string };
    }
  | Refusal;

/** Judges the signatures of a release by the newest root that is known (5.3.10, 5.6.3 to 5.6.5). */
export function judgeTargets(trust: TrustState, bytes: Uint8Array, time: TimeFacts): TargetsVerdict {
  const root = trustedRoot(trust);
  const targets = parseTargets(bytes);
  if (typeof targets === 'string') return invalid(`its signed metadata is not well: ${targets}`);
  const problem = judgeSignatures(root.signed, targets); // 5.6.3
  if (problem !== undefined) return problem;
  const { version } = targets.signed;
  if (version < trust.targetsVersion)
    // 5.6.4
    return refuse(
      'signatures-older',
      'release file',
      `its signatures have version ${version}, and ${trust.targetsVersion} was taken here already: sign it anew`,
    );
  for (const { signed, what } of [{ signed: root.signed, what: 'its root of trust' }, { signed: targets.signed, what: 'it' }]) {
    if (time.mayBeExpired !== true && hasExpired(signed.expires, trust, time)) // 5.3.10, 5.6.5
      return refuse('expired', 'release file', `${what} was good until ${signed.expires}: set the clock if it is wrong, or get a newer release`);
  } // prettier-ignore
  const manifest = manifestTarget(targets.signed);
  if (manifest === undefined) return invalid('its signatures do not vouch for a manifest');
  return { outcome: 'trusted', targetsVersion: version, manifest };
}

function judgeSignatures(root: Root, targets: Metadata<Targets>): Refusal | undefined {
  const { signed, threshold } = countSignatures(root, 'targets', targets);
  if (signed.length >= threshold) return undefined;
  const needed = threshold === 1 ? 'the one key that is' : `the ${threshold} keys that are`;
  const todo = 'have a signer run doorward release sign';
  if (signed.length > 0)
    return refuse(
      'too-few-signatures',
      'release file',
      `it is signed by ${signed.length} of ${needed} needed: ${todo}`,
    );
  return refuse(
    'unsigned',
    'release file',
    `it is signed by none of the keys that are trusted here (root ${root.version}): ${todo}`,
  );
}

function invalid(why: string): Refusal {
  return refuse('metadata-invalid', 'release file', `${why}: build it with doorward release build`);
}
