import { DiskFault } from '../system/disk.ts';
import type { Storage } from '../system/storage.ts';
import type { ByteSource } from './byte-source.ts';
import { copyFile } from './copy-release.ts';
import { type Manifest, type ManifestFile, manifestName, parseManifest } from './manifest.ts';
import { hashFile } from './read-back.ts';
import { readHead } from './release-file.ts';
import { unpackFile } from './stage-release.ts';
import { PayloadFault } from './staged-payload.ts';

/** A release of which files can be had again. Nothing of it is believed: what it gives is compared. */
export interface Spare {
  /** For people. */
  readonly name: string;
  readonly manifest: Manifest;
  /** Writes its copy of the file to `to`, not synced. Rejects with `DiskFault`, and with `PayloadFault` when it is damaged. */
  readonly give: (file: ManifestFile, to: string) => Promise<void>;
}

/** An unpacked release; undefined when there is none, or its manifest cannot be read. */
export async function unpackedSpare(storage: Storage, directory: string, name: string): Promise<Spare | undefined> {
  const bytes = await readable(storage.read(`${directory}/${manifestName}`));
  const manifest = parseManifest(bytes ?? new Uint8Array());
  if (typeof manifest === 'string') return undefined;
  return { name, manifest, give: ({ path }, to) => copyFile(storage, `${directory}/${path}`, to) };
}

/** A release file, whose source rejects with nothing but `DiskFault`; undefined when it is none. */
export async function packedSpare(storage: Storage, source: ByteSource, name: string): Promise<Spare | undefined> {
  const read = await readable(readHead(source));
  const manifest = read?.outcome === 'read' ? parseManifest(read.head.manifest) : 'it has no head';
  if (typeof manifest === 'string') return undefined;
  return { name, manifest, give: (file, to) => unpackFile({ storage, source, manifest }, file, to) };
}

/** Undefined where the disk cannot say. */
async function readable<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof DiskFault) return undefined;
    throw error;
  }
}

/** The files of one slot, and where copies of them may be. */
export interface MendPlan {
  readonly storage: Storage;
  readonly spares: readonly Spare[];
  /** Where a copy is made before it takes its place: on the same filesystem, outside of every release. */
  readonly draft: string;
}

/**
 * Has a whole copy of the file take the place of `path`, in one step: whenever the power is cut, the old one is there or
 * the new one. Returns the name of the spare that had one, or undefined. Rejects with `DiskFault`.
 */
export async function mendFile(plan: MendPlan, file: ManifestFile, path: string): Promise<string | undefined> {
  const { storage, spares, draft } = plan;
  let fault: Error | undefined;
  for (const { name, manifest, give } of spares) {
    const same = manifest.files.find(({ sha256, bytes }) => sha256 === file.sha256 && bytes === file.bytes);
    if (same === undefined) continue;
    await storage.remove(draft);
    try {
      await give(same, draft);
    } catch (error) {
      if (!(error instanceof PayloadFault) && !(error instanceof DiskFault)) throw error;
      fault = error; // The next one may be readable.
    }
    if ((await hashFile(storage, draft, file)) === file.sha256) {
      await takePlace(plan, file, path);
      return name;
    }
  }
  await storage.remove(draft);
  if (fault instanceof DiskFault) throw fault;
  return undefined;
}

/** The draft becomes the file. */
export async function takePlace(
  { storage, draft }: Pick<MendPlan, 'storage' | 'draft'>,
  { mode }: { readonly mode: number },
  path: string,
): Promise<void> {
  const folder = path.slice(0, path.lastIndexOf('/'));
  await storage.setMode(draft, mode);
  await storage.sync(draft); // Before the rename: otherwise the name may survive a cut without the bytes.
  await storage.makeDirectory(folder);
  await storage.rename(draft, path);
  await storage.syncDirectory(folder);
}
