import type { ByteSource } from '../release/byte-source.ts';
import { bodyBytes, type Manifest, unpackedBytes } from '../release/manifest.ts';
import { readBack } from '../release/read-back.ts';
import type { Refusal } from '../release/refusal.ts';
import { stageRelease } from '../release/stage-release.ts';
import { believed, parseTrust, serialiseTrust } from '../release/trust.ts';
import { type DeviceFacts, verifyRelease } from '../release/verify-release.ts';
import { replaceFile } from '../system/disk.ts';
import type { Storage } from '../system/storage.ts';

/** What the signatures vouch for, as far as the updater needs it. */
export interface SignedRelease {
  readonly version: string;
  /** Of the manifest: the same content has the same digest, whoever signed it. */
  readonly digest: string;
  /** Version of the signatures: grows when it is signed anew. */
  readonly signed: number;
  readonly manifest: Manifest;
  /** Of all files, unpacked. */
  readonly payloadBytes: number;
  readonly chunks: FileChunks;
}

/** The release file after its head, in parts of `chunkBytes` that can each be checked; the last may be shorter. */
export interface FileChunks {
  readonly headBytes: number;
  readonly chunkBytes: number;
  readonly fileBytes: number;
  readonly sha256: readonly string[];
}

/** What the updater asks of release/, with the device's trust kept behind it. */
export interface ReleaseActs {
  /** Reads the head only: signatures, hardware, versions. What was learned of keys is kept before this resolves. */
  verify(source: ByteSource): Promise<{ readonly outcome: 'verified'; readonly release: SignedRelease } | Refusal>;
  /** Unpacks the payload into the directory: each byte once, files and directories synced. */
  stage(
    source: ByteSource,
    release: SignedRelease,
    directory: string,
  ): Promise<{ readonly outcome: 'staged' } | Refusal>;
  /** The release was committed: nothing with older signatures is believed from now on. */
  believe(release: SignedRelease): Promise<void>;
  /** Reads every file of the directory back from disk and compares it with the release; nothing else may lie there. */
  readBack(release: SignedRelease, directory: string): Promise<{ readonly outcome: 'whole' } | Refusal>;
}

/** What verification needs to know of this device. */
export interface TrustPlace {
  readonly storage: Storage;
  /** `places.trust`. */
  readonly directory: string;
  /** The root of trust that the running release carries. */
  readonly carriedRoot: Uint8Array;
  /** Asked before each verification: clock, versions and schema change. */
  facts(): Promise<DeviceFacts>;
}

/** The real acts: signatures by the roles of TUF, with what was learned kept in one file that is replaced whole. */
export function releaseActs(place: TrustPlace): ReleaseActs {
  const { storage } = place;
  const path = `${place.directory}/trust.json`;
  return {
    async verify(source) {
      const stored = await storage.read(path);
      const trust = parseTrust(stored, place.carriedRoot);
      const result = await verifyRelease(source, trust, await place.facts());
      // Kept before the release is used, and even when it is refused: a newer root may revoke the keys that signed it.
      if (result.trust !== undefined) await keepTrust(place, { path, stored, text: serialiseTrust(result.trust) });
      return result.outcome === 'refused' ? result : { outcome: 'verified', release: describe(result, source.bytes) };
    },
    async believe({ signed, manifest: { createdMs } }) {
      const stored = await storage.read(path);
      const trust = believed(parseTrust(stored, place.carriedRoot), { signed, createdMs });
      await keepTrust(place, { path, stored, text: serialiseTrust(trust) });
    },
    stage: (source, { manifest }, directory) => stageRelease({ source, manifest, directory, storage }),
    readBack: ({ manifest }, directory) => readBack({ directory, manifest, storage }),
  };
}

interface TrustText {
  readonly path: string;
  readonly stored: Uint8Array | undefined;
  readonly text: string;
}

/** Nothing is written when nothing was learned. */
async function keepTrust({ storage, directory }: TrustPlace, { path, stored, text }: TrustText): Promise<void> {
  if (stored !== undefined && new TextDecoder().decode(stored) === text) return;
  await storage.makeDirectory(directory);
  await replaceFile(storage, path, text);
}

/** The verified release as the updater knows it. */
export function describe(
  { manifest, digest, signed }: Pick<SignedRelease, 'manifest' | 'digest' | 'signed'>,
  fileBytes: number,
): SignedRelease {
  const { chunks, chunkBytes } = manifest.payload;
  return {
    version: manifest.version,
    digest,
    signed,
    manifest,
    payloadBytes: unpackedBytes(manifest),
    // The body is what lies at the end: its chunks are signed, whatever stands before it.
    chunks: { headBytes: fileBytes - bodyBytes(manifest), chunkBytes, fileBytes, sha256: chunks },
  };
}
