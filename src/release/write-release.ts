import { createHash } from 'node:crypto';
import { Metadata, TargetFile, Targets } from '@tufjs/models';
import type { Storage } from '../system/storage.ts';
import {
  bodyBytes,
  carriedRootName,
  chunkBytes,
  complaintOfDraft,
  fileModes,
  manifestLimits,
  manifestName,
  serialiseManifest,
  type Manifest,
  type ManifestFile,
} from './manifest.ts';
import { joinFile } from './join-file.ts';
import { isMetadataTime, serialiseMetadata, specVersion } from './metadata.ts';
import { compress, digestsOf, releaseCompressionLevel } from './packed-payload.ts';
import { encodeHead, headLimits } from './release-file.ts';
import { encodeTarHeader, fitsTarHeader, tarEndBytes, tarPaddingBytes } from './tar-header.ts';
import { readSoundRoot } from './trust.ts';

/** What a release says of itself beside its files. */
export type ReleaseDescription = Pick<
  Manifest,
  'name' | 'version' | 'architecture' | 'hardware' | 'follows' | 'schema' | 'entry' | 'goldenFaces' | 'createdMs'
>;

export interface BuildPlan {
  readonly storage: Storage;
  /** What the release consists of. */
  readonly directory: string;
  /** Names at the top of the directory that belong to it; absent for all. */
  readonly include?: readonly string[];
  readonly description: ReleaseDescription;
  /** The whole chain of root metadata, version 1 first. The last is carried in the release as `root.json`. */
  readonly roots: readonly Uint8Array[];
  /** Until when the signatures are good, `2028-11-20T00:00:00Z`. */
  readonly expires: string;
  /** Version of the signatures, above that of every release before; absent for `createdMs` in seconds. */
  readonly signed?: number;
  /** Zstandard level, 1 to 22. */
  readonly level?: number;
  readonly file: string;
}

export type BuildResult =
  | { readonly outcome: 'built'; readonly manifest: Manifest; readonly bytes: number }
  | { readonly outcome: 'refused'; readonly message: string };

/**
 * Builds an unsigned release file. The same input gives the same bytes: files in the order of their paths, no owners, no
 * times, permissions from the content. Beside the file a `.draft` lies while it is made.
 */
export async function buildRelease(plan: BuildPlan): Promise<BuildResult> {
  const { storage, file } = plan;
  const draft = `${file}.draft`;
  try {
    return await build(plan, draft);
  } catch (error) {
    if (error instanceof BuildFault) return { outcome: 'refused', message: `cannot build ${file}: ${error.message}` };
    throw error;
  } finally {
    await storage.remove(draft);
    await storage.remove(`${draft}.payload`);
  }
}

/**
 * The manifest of a release that lies unpacked in a directory and was never packed: one that is installed by hand. Of its
 * files only `root.json` has a meaning of its own. Its payload is the plain tar file that they would make.
 */
export async function describeRelease(
  plan: Pick<BuildPlan, 'storage' | 'directory' | 'description'>,
): Promise<{ readonly outcome: 'described'; readonly manifest: Manifest } | { outcome: 'refused'; message: string }> {
  const { directory, description } = plan;
  try {
    const found = await findFiles(plan);
    const files: ManifestFile[] = [];
    const { bytes, chunks } = await digestsOf(tarPieces(plan, { found, files }));
    const manifest: Manifest = { format: 1, ...description, files, payload: { bytes, chunkBytes, chunks } };
    const problem = complaintOfDraft(manifest);
    return problem === undefined
      ? { outcome: 'described', manifest }
      : { outcome: 'refused', message: `cannot use ${directory}: ${problem}` };
  } catch (error) {
    if (error instanceof BuildFault)
      return { outcome: 'refused', message: `cannot use ${directory}: ${error.message}` };
    throw error;
  }
}

/** Why there is nothing to build; becomes a refusal of whoever asked. */
class BuildFault extends Error {}

async function build(plan: BuildPlan, draft: string): Promise<BuildResult> {
  const { storage, description, roots, file } = plan;
  const carriedRoot = judgeRoots(roots);
  if (!isMetadataTime(plan.expires)) throw new BuildFault(`${plan.expires} is not a time such as 2036-11-20T00:00:00Z`);
  const found = await findFiles(plan);
  if (found.some(({ path }) => path === carriedRootName))
    throw new BuildFault(`${carriedRootName} is put in by the build: leave it out`);
  const files: ManifestFile[] = [];
  const payloadPath = `${draft}.payload`;
  await storage.remove(payloadPath);
  const packed = await compress({
    pieces: tarPieces(plan, { found, carriedRoot, files }),
    storage,
    path: payloadPath,
    level: plan.level ?? releaseCompressionLevel,
  });
  const { bytes, chunks } = packed;
  const manifest: Manifest = { format: 1, ...description, files, payload: { bytes, chunkBytes, chunks } };
  const problem = complaintOfDraft(manifest);
  if (problem !== undefined) throw new BuildFault(problem);
  const manifestBytes = new TextEncoder().encode(serialiseManifest(manifest));
  if (manifestBytes.length > manifestLimits.manifestBytesMax) throw new BuildFault('its manifest is too large');
  const head = encodeHead({
    roots: roots.map((root, index) => ({ version: index + 1, bytes: root })),
    targets: describeTargets(plan, manifestBytes),
    manifest: manifestBytes,
    payloadBytes: bytes,
  });
  if (head.length > headLimits.headBytesMax) throw new BuildFault('its head is too large');
  await joinFile({
    storage,
    head,
    body: { path: payloadPath, offset: 0 },
    bodyBytes: bodyBytes(manifest),
    draft,
    file,
  });
  return { outcome: 'built', manifest, bytes: head.length + bodyBytes(manifest) };
}

/** The chain must be whole and its end complete: devices walk it from whichever root they know. */
function judgeRoots(roots: readonly Uint8Array[]): Uint8Array {
  const last = roots.at(-1);
  if (last === undefined) throw new BuildFault('it needs a root of trust: make one with doorward release root');
  for (const [index, bytes] of roots.entries()) {
    const root = readSoundRoot(bytes);
    if (typeof root === 'string') throw new BuildFault(`root ${index + 1} is not well: ${root}`);
    if (root.signed.version !== index + 1)
      throw new BuildFault(`root ${index + 1} says that it is root ${root.signed.version}`);
    if (bytes.length > headLimits.rootBytesMax) throw new BuildFault(`root ${index + 1} is too large`);
  }
  return last;
}

/** Unsigned: `signRelease` adds the signatures. */
function describeTargets({ description, expires, signed }: BuildPlan, manifest: Uint8Array): Uint8Array {
  const { name, version, architecture, createdMs } = description;
  const target = new TargetFile({
    path: manifestName,
    length: manifest.length,
    hashes: { sha256: sha256(manifest) },
    unrecognizedFields: { custom: { name, version, architecture } },
  });
  const versionOfSignatures = signed ?? Math.max(1, Math.floor(createdMs / 1000));
  return serialiseMetadata(
    new Metadata(
      new Targets({ specVersion, version: versionOfSignatures, expires, targets: { [manifestName]: target } }),
    ),
  );
}

interface FoundFile {
  readonly path: string;
  readonly bytes: number;
}

/** Plain files below the directory, in the order of their paths by code unit, whatever the locale. */
async function findFiles({
  storage,
  directory,
  include,
}: Pick<BuildPlan, 'storage' | 'directory' | 'include'>): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = [];
  const walk = async (below: string): Promise<void> => {
    const entries = await storage.list(below === '' ? directory : `${directory}/${below}`);
    for (const { name, kind, bytes } of entries) {
      if (below === '' && include !== undefined && !include.includes(name)) continue;
      const path = below === '' ? name : `${below}/${name}`;
      if (kind === 'other' || (await storage.readLink(`${directory}/${path}`)) !== undefined)
        throw new BuildFault(`${path} is neither a file nor a directory: leave it out, or put a file there`);
      if (kind === 'directory') await walk(path);
      else found.push({ path, bytes });
      if (found.length > manifestLimits.filesMax)
        throw new BuildFault(`it has more than ${manifestLimits.filesMax} files`);
    }
  };
  await walk('');
  for (const name of include ?? [])
    if (!found.some(({ path }) => path === name || path.startsWith(`${name}/`)))
      throw new BuildFault(`there is no ${name} in ${directory}`);
  return found.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

type TarSource = Pick<BuildPlan, 'storage' | 'directory'>;

interface TarTask {
  readonly found: readonly FoundFile[];
  /** Comes first; absent when it lies among the others. */
  readonly carriedRoot?: Uint8Array;
  /** Filled while the pieces are taken. */
  readonly files: ManifestFile[];
}

/** The tar file inside the payload. */
async function* tarPieces(plan: TarSource, { found, carriedRoot, files }: TarTask): AsyncGenerator<Uint8Array> {
  if (carriedRoot !== undefined) {
    const root = { path: carriedRootName, bytes: carriedRoot.length, mode: fileModes.plain };
    yield* [encodeTarHeader(root), carriedRoot, new Uint8Array(tarPaddingBytes(root.bytes))];
    files.push({ ...root, sha256: sha256(carriedRoot) });
  }
  for (const file of found) yield* filePieces(plan, file, files);
  yield new Uint8Array(tarEndBytes);
}

const partBytes = 256 * 1024;

async function* filePieces(
  plan: TarSource,
  { path, bytes }: FoundFile,
  files: ManifestFile[],
): AsyncGenerator<Uint8Array> {
  const full = `${plan.directory}/${path}`;
  const hash = createHash('sha256');
  let mode: ManifestFile['mode'] = fileModes.plain;
  let offset = 0;
  do {
    const part = (await plan.storage.readPart(full, offset, Math.min(partBytes, bytes - offset))) ?? new Uint8Array();
    if (offset === 0) {
      mode = isExecutable(part) ? fileModes.executable : fileModes.plain;
      if (!isPathSound(path)) throw new BuildFault(`the path ${JSON.stringify(path)} is too long, or not plain ASCII`);
      yield encodeTarHeader({ path, bytes, mode });
    }
    if (part.length === 0 && offset < bytes) throw new BuildFault(`${path} changed while it was read`);
    hash.update(part);
    yield part;
    offset += part.length;
  } while (offset < bytes);
  yield new Uint8Array(tarPaddingBytes(bytes));
  files.push({ path, bytes, sha256: hash.digest('hex'), mode });
}

/** Scripts and machine code (ELF) are started, everything else is read. From the content, so that a copy builds the same. */
function isExecutable(beginning: Uint8Array): boolean {
  const text = Buffer.from(beginning.subarray(0, 4)).toString('latin1');
  return text.startsWith('#!') || text === '\u007fELF';
}

function isPathSound(path: string): boolean {
  return fitsTarHeader(path) && !path.includes('\\');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
