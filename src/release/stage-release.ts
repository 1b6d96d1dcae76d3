import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { Storage } from '../system/storage.ts';
import type { ByteSource } from './byte-source.ts';
import { manifestName, serialiseManifest, unpackedBytes, type Manifest, type ManifestFile } from './manifest.ts';
import { refuse, type Refusal } from './refusal.ts';
import { PayloadFault, PieceReader, unpackedPieces } from './staged-payload.ts';
import { encodeTarHeader, tarBlockBytes, tarEndBytes, tarPaddingBytes } from './tar-header.ts';

/** What staging needs. */
export interface StagePlan {
  readonly source: ByteSource;
  /** Verified. */
  readonly manifest: Manifest;
  /** Emptied first. */
  readonly directory: string;
  /** Must not keep what it is given to write: the memory is let go of. */
  readonly storage: Storage;
  /** Told after each file. */
  readonly onProgress?: (progress: { readonly doneBytes: number; readonly totalBytes: number }) => void;
}

/**
 * Unpacks a release into the directory: each byte is written once, and survives a power cut when this resolves. The payload
 * must be, byte for byte, the tar file of the manifest's files in their order: so nothing in it can name another path,
 * be a link, come twice or grow beyond what was signed. Rejects with what the source or the storage rejects with.
 */
export async function stageRelease(plan: StagePlan): Promise<{ readonly outcome: 'staged' } | Refusal> {
  const { source, manifest, directory, storage } = plan;
  const reader = new PieceReader(unpackedPieces(source, manifest));
  try {
    await storage.remove(directory);
    await storage.makeDirectory(directory);
    await writeFiles(plan, reader);
    await expectEnd(reader);
    await storage.write(`${directory}/${manifestName}`, serialiseManifest(manifest));
    await storage.sync(`${directory}/${manifestName}`);
    for (const folder of foldersOf(plan).toReversed()) await storage.syncDirectory(folder); // Children before parents.
    await storage.syncDirectory(dirname(directory));
    return { outcome: 'staged' };
  } catch (error) {
    if (error instanceof PayloadFault) return refusalOf(error, manifest);
    throw error;
  } finally {
    await reader.close();
  }
}

/** Every directory of the release, parents before children; the first is the release's own. */
function foldersOf({ directory, manifest }: StagePlan): readonly string[] {
  const folders = new Set([directory]);
  for (const { path } of manifest.files) {
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth += 1)
      folders.add(`${directory}/${parts.slice(0, depth).join('/')}`);
  }
  return [...folders];
}

async function writeFiles(plan: StagePlan, reader: PieceReader): Promise<void> {
  const { directory, manifest, storage } = plan;
  const totalBytes = unpackedBytes(manifest);
  for (const folder of foldersOf(plan)) await storage.makeDirectory(folder);
  let doneBytes = 0;
  for (const file of manifest.files) {
    await expectBytes(reader, encodeTarHeader(file), file);
    await writeFile(storage, `${directory}/${file.path}`, { file, reader });
    await expectBytes(reader, new Uint8Array(tarPaddingBytes(file.bytes)), file);
    doneBytes += file.bytes;
    plan.onProgress?.({ doneBytes, totalBytes });
  }
}

/** One file of the payload, found by its place in the tar. Rejects with `PayloadFault` when it is not there. */
export async function unpackFile(
  { source, manifest, storage }: Pick<StagePlan, 'source' | 'manifest' | 'storage'>,
  file: ManifestFile,
  to: string,
): Promise<void> {
  const reader = new PieceReader(unpackedPieces(source, manifest));
  try {
    for (const { path, bytes } of manifest.files) {
      await skip(reader, tarBlockBytes);
      if (path === file.path) return await writeFile(storage, to, { file, reader });
      await skip(reader, bytes + tarPaddingBytes(bytes));
    }
  } finally {
    await reader.close();
  }
}

async function skip(reader: PieceReader, bytes: number): Promise<void> {
  for (let left = bytes; left > 0;) {
    const { length } = await reader.some(left);
    if (length === 0) throw new PayloadFault('payload-invalid', 'it ends too early');
    left -= length;
  }
}

async function writeFile(
  storage: Storage,
  path: string,
  { file, reader }: { readonly file: ManifestFile; readonly reader: PieceReader },
): Promise<void> {
  const hash = createHash('sha256');
  if (file.bytes === 0) await storage.write(path, '');
  for (let offset = 0; offset < file.bytes;) {
    const part = await reader.some(file.bytes - offset);
    if (part.length === 0) throw new PayloadFault('payload-invalid', `it ends in the middle of ${file.path}`);
    hash.update(part);
    await storage.writePart(path, offset, part);
    offset += part.length;
  }
  if (hash.digest('hex') !== file.sha256)
    throw new PayloadFault('payload-invalid', `${file.path} is not the signed one`);
  await storage.setMode(path, file.mode);
  await storage.sync(path);
}

async function expectBytes(reader: PieceReader, expected: Uint8Array, { path }: ManifestFile): Promise<void> {
  const found = await reader.exactly(expected.length);
  if (Buffer.compare(found, expected) !== 0)
    throw new PayloadFault('payload-invalid', `another file lies where ${path} belongs`);
}

async function expectEnd(reader: PieceReader): Promise<void> {
  const end = await reader.exactly(tarEndBytes);
  const more = await reader.exactly(tarBlockBytes);
  if (end.length !== tarEndBytes || end.some((byte) => byte !== 0) || more.length > 0)
    throw new PayloadFault('payload-invalid', 'it does not end after its last file');
}

function refusalOf({ failure, message }: PayloadFault, { version }: Manifest): Refusal {
  const todo = failure === 'payload-invalid' ? 'build and sign it anew' : 'fetch or copy the file again';
  return refuse(failure, `release ${version}`, `its payload is damaged: ${message}: ${todo}`);
}
