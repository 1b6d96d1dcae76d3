import type { ByteSource } from './byte-source.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import { countSignatures, manifestTarget, parseRoot, parseTargets } from './metadata.ts';
import { refuse, type Refusal } from './refusal.ts';
import { readHead } from './release-file.ts';

/** What a release file says of itself. Nothing of it is verified but that its signers' keys are those of its own root. */
export interface Inspection {
  readonly manifest: Manifest;
  /** Digest that the signatures vouch for. */
  readonly digest: string;
  readonly signed: number;
  readonly expires: string;
  readonly roots: readonly number[];
  /** Of keys that its own newest root lets sign releases. */
  readonly signatures: readonly string[];
  readonly threshold: number;
  readonly bytes: number;
}

/** Reads the head of a release file for people. */
export async function inspectRelease(
  source: ByteSource,
): Promise<{ readonly outcome: 'read'; readonly inspection: Inspection } | Refusal> {
  const read = await readHead(source);
  if (read.outcome === 'refused') return read;
  const { roots, targets: targetsBytes, manifest: manifestBytes } = read.head;
  const root = parseRoot(roots.at(-1)?.bytes ?? new Uint8Array());
  const targets = parseTargets(targetsBytes);
  const manifest = parseManifest(manifestBytes);
  if (typeof root === 'string')
    return refuse('metadata-invalid', 'release file', `its root of trust is not well: ${root}`);
  if (typeof targets === 'string')
    return refuse('metadata-invalid', 'release file', `its signatures are not well: ${targets}`);
  if (typeof manifest === 'string')
    return refuse('manifest-invalid', 'release file', `its manifest is not well: ${manifest}`);
  const { signed, threshold } = countSignatures(root.signed, 'targets', targets);
  return {
    outcome: 'read',
    inspection: {
      manifest,
      digest: manifestTarget(targets.signed)?.sha256 ?? '',
      signed: targets.signed.version,
      expires: targets.signed.expires,
      roots: roots.map(({ version }) => version),
      signatures: signed,
      threshold,
      bytes: source.bytes,
    },
  };
}
