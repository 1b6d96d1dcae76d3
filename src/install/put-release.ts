import { createHash } from 'node:crypto';
import { copyRelease } from '../release/copy-release.ts';
import { carriedRootName, digestOf, manifestName, serialiseManifest, type Manifest } from '../release/manifest.ts';
import { readBack } from '../release/read-back.ts';
import { describeRelease, type ReleaseDescription } from '../release/write-release.ts';
import { markUnusable, markUsable } from '../slot/slot-mark.ts';
import type { Places } from '../slot/places.ts';
import type { Slot } from '../slot/slot.ts';
import { librariesList } from '../system/native-libraries.ts';
import type { Storage } from '../system/storage.ts';
import { executableName } from './device-tree.ts';

/** What becomes the installed release. */
export interface ReleaseSource {
  readonly executable: string;
  readonly version: string;
  readonly architecture: string;
  /** Highest database schema that it knows. */
  readonly schemaVersion: number;
  readonly createdMs: number;
  /** Whom it trusts to sign the releases after it; without one it takes none. */
  readonly rootOfTrust?: Uint8Array;
  /** Its list of native libraries: without it nobody knows when they are not needed any more. */
  readonly libraries?: Uint8Array;
}

export type PutResult = { readonly outcome: 'done' } | { readonly outcome: 'refused'; readonly message: string };

const partBytes = 1024 * 1024;
const folderMode = 0o755;
const fileMode = 0o644;
const executableMode = 0o755;

/** Writes the release into the slot, describes what lies there, and reads it back before the slot counts as usable. */
export async function putRelease(
  storage: Storage,
  places: Places,
  { source, slot }: { readonly source: ReleaseSource; readonly slot: Slot },
): Promise<PutResult> {
  const directory = places.slot[slot];
  await storage.makeDirectory(places.slots);
  await markUnusable(storage, places, slot);
  await storage.remove(directory);
  await storage.makeDirectory(directory);
  await storage.setMode(directory, folderMode);
  const target = `${directory}/${executableName}`;
  const written = await copyFile(storage, source.executable, target);
  await storage.setMode(target, executableMode);
  await storage.sync(target);
  if (source.rootOfTrust !== undefined) await writeFile(storage, `${directory}/${carriedRootName}`, source.rootOfTrust);
  if (source.libraries !== undefined) await writeFile(storage, `${directory}/${librariesList}`, source.libraries);
  const described = await describeRelease({ storage, directory, description: descriptionOf(source) });
  if (described.outcome === 'refused') return described;
  const { manifest } = described;
  // What was described was read from the disk: it must be what was copied.
  if (manifest.files.find(({ path }) => path === executableName)?.sha256 !== written)
    return { outcome: 'refused', message: `cannot install: ${target} is not what was written: the disk is failing` };
  await writeFile(storage, `${directory}/${manifestName}`, serialiseManifest(manifest));
  await storage.syncDirectory(directory);
  await storage.syncDirectory(places.slots);
  const read = await readBack({ storage, manifest, directory });
  if (read.outcome === 'refused') return read;
  await markUsable(storage, places, { slot, version: manifest.version, digest: digestOf(manifest) });
  return { outcome: 'done' };
}

/** A second copy, which only the way back after two bad slots reads. */
export async function putFactory(
  storage: Storage,
  places: Places,
  { slot, manifest }: { readonly slot: Slot; readonly manifest: Manifest },
): Promise<PutResult> {
  const copied = await copyRelease({ storage, manifest, from: places.slot[slot], to: places.factory });
  if (copied.outcome === 'refused') return copied;
  await storage.setMode(places.factory, folderMode);
  await storage.setMode(`${places.factory}/${manifestName}`, fileMode); // The bell's user reads it, root owns it.
  return { outcome: 'done' };
}

function descriptionOf({ version, architecture, schemaVersion, createdMs }: ReleaseSource): ReleaseDescription {
  return {
    name: 'doorward',
    version,
    architecture,
    hardware: [],
    follows: '0.0.0',
    schema: { lowest: 0, highest: schemaVersion },
    entry: [executableName],
    goldenFaces: [],
    createdMs,
  };
}

async function writeFile(storage: Storage, path: string, content: Uint8Array | string): Promise<void> {
  await storage.write(path, content);
  await storage.setMode(path, fileMode);
  await storage.sync(path);
}

/** SHA-256 of what was read on the way. */
async function copyFile(storage: Storage, from: string, to: string): Promise<string> {
  const hash = createHash('sha256');
  await storage.write(to, '');
  for (let offset = 0; ;) {
    const part = await storage.readPart(from, offset, partBytes);
    if (part === undefined || part.length === 0) return hash.digest('hex');
    hash.update(part);
    await storage.writePart(to, offset, part);
    offset += part.length;
  }
}
