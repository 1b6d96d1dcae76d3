import { createHash } from 'node:crypto';
import type { ByteSource } from './byte-source.ts';
import { manifestLimits, parseManifest, unpackedBytes, type Manifest } from './manifest.ts';
import { refuse, type Refusal, type VerifyFailure } from './refusal.ts';
import { readHead, type ReleaseHead } from './release-file.ts';
import type { TimeFacts } from './judged-time.ts';
import { judgeTargets, learnRoots, type TrustState } from './trust.ts';
import { compareVersions } from './version.ts';

/** What a release is measured against. */
export interface DeviceFacts extends TimeFacts {
  /** `linux-x64` */
  readonly architecture: string;
  /** Every name that this machine answers to: `raspberry-pi-4`, `raspberry-pi`. */
  readonly hardware: readonly string[];
  readonly runningVersion: string;
  /** The newest version that was ever committed here; absent before the first update. */
  readonly newestCommitted?: string;
  /** `user_version` of the household's database. */
  readonly schemaVersion: number;
  /** The lowest version that a release must know to use the database all the same: it was only added to. */
  readonly schemaReadableFrom?: number;
  /** A larger release file is refused. */
  readonly releaseBytesMax: number;
  /** Digests of releases that were rejected here. */
  readonly rejected?: ReadonlySet<string>;
}

/** A release that enough keys vouch for. */
export interface VerifiedRelease {
  readonly outcome: 'verified';
  readonly manifest: Manifest;
  /** Of the manifest: the same content has the same digest, whoever signed it. */
  readonly digest: string;
  /** Version of the signatures: grows when it is signed anew. */
  readonly signed: number;
  /** With the roots that it taught, to be kept before the release is used; `believed` once it was taken. */
  readonly trust: TrustState;
  /** Where the payload begins. */
  readonly headBytes: number;
}

/** A refusal may still teach a newer root: to be kept all the same, since it may revoke the very keys that signed this. */
export type VerifyResult = VerifiedRelease | (Refusal & { readonly trust?: TrustState });

/** Judges a release file by its head alone. Changes nothing; rejects only when the source does. */
export async function verifyRelease(source: ByteSource, trust: TrustState, facts: DeviceFacts): Promise<VerifyResult> {
  if (source.bytes > facts.releaseBytesMax)
    return refuse(
      'too-large',
      'release file',
      `it has ${source.bytes} bytes and ${facts.releaseBytesMax} are allowed: raise update.releaseBytesMax, or build a smaller one`,
    );
  const verified = await verifySignatures(source, trust, facts);
  if (verified.outcome === 'refused') return verified;
  const unfit = judgeFit(verified.manifest, verified.digest, facts);
  return unfit === undefined ? verified : { ...unfit, trust: verified.trust };
}

/** The same, for whatever device it is meant. */
export async function verifySignatures(source: ByteSource, trust: TrustState, time: TimeFacts): Promise<VerifyResult> {
  const read = await readHead(source);
  if (read.outcome === 'refused') return read;
  const learned = learnRoots(trust, read.head.roots);
  if (learned.outcome === 'refused') return learned;
  const judged = judgeTargets(learned.trust, read.head.targets, time);
  if (judged.outcome === 'refused') return { ...judged, trust: learned.trust };
  const manifest = readManifest(read.head, judged.manifest);
  if ('outcome' in manifest) return { ...manifest, trust: learned.trust };
  return {
    outcome: 'verified',
    manifest,
    digest: judged.manifest.sha256,
    signed: judged.targetsVersion,
    trust: learned.trust,
    headBytes: read.head.headBytes,
  };
}

/** The manifest, if it is the one that the signatures name; it is parsed only then. */
function readManifest(
  { manifest: bytes, payloadBytes }: ReleaseHead,
  named: { readonly bytes: number; readonly sha256: string },
): Manifest | Refusal {
  if (bytes.length !== named.bytes || createHash('sha256').update(bytes).digest('hex') !== named.sha256)
    return refuse(
      'digest-differs',
      'release file',
      'its manifest is not the one that was signed: fetch or copy it again',
    );
  const manifest = parseManifest(bytes);
  if (typeof manifest === 'string')
    return refuse(
      'manifest-invalid',
      'release file',
      `its manifest is not well: ${manifest}: build it with doorward release build`,
    );
  if (manifest.payload.bytes !== payloadBytes)
    return refuse(
      'not-a-release-file',
      'release file',
      'its payload is not as long as the signed one: fetch or copy it again',
    );
  return manifest;
}

/** Whether a trusted release belongs on this device. */
function judgeFit(manifest: Manifest, digest: string, facts: DeviceFacts): Refusal | undefined {
  const { version, architecture, hardware, follows, schema } = manifest;
  const no = (failure: VerifyFailure, why: string): Refusal => refuse(failure, `release ${version}`, why);
  const newest = facts.newestCommitted ?? facts.runningVersion;
  if (architecture !== 'any' && architecture !== facts.architecture)
    return no(
      'wrong-architecture',
      `it is for ${architecture} and this is ${facts.architecture}: get the file for ${facts.architecture}`,
    );
  if (hardware.length > 0 && !hardware.some((name) => facts.hardware.includes(name)))
    return no(
      'wrong-hardware',
      `it is for ${hardware.join(', ')} and this is ${facts.hardware.join(', ') || 'another machine'}: get the file for this machine`,
    );
  if (compareVersions(version, newest) < 0)
    return no('older', `${newest} was committed here already: build the old content anew under a newer version`);
  if (compareVersions(facts.runningVersion, follows) < 0)
    return no(
      'follows-too-high',
      `it follows ${follows} or later and ${facts.runningVersion} runs: update to ${follows} first`,
    );
  if ((facts.schemaReadableFrom ?? facts.schemaVersion) > schema.highest)
    return no(
      'schema-too-new',
      `the database has schema ${facts.schemaVersion} and it knows up to ${schema.highest}: get a newer release`,
    );
  if (facts.schemaVersion < schema.lowest)
    return no(
      'schema-too-old',
      `the database has schema ${facts.schemaVersion} and it needs ${schema.lowest}: update to a release between first`,
    );
  if (unpackedBytes(manifest) > manifestLimits.unpackedBytesMax) return no('too-large', 'its files are too large');
  if (facts.rejected?.has(digest) === true)
    return no('rejected-before', 'it was tried here and reverted: see doorward history, and wait for a newer release');
  return undefined;
}
