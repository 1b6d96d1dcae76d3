import { carriedFile } from '../machine/executable/carried-files.ts';
import { carriedLibrary, librariesFolderIn, libraryMode } from '../machine/executable/native-libraries.ts';
import { hashFile } from '../release/read-back.ts';
import { takePlace } from '../release/spare.ts';
import type { Places } from '../slot/places.ts';
import { DiskFault } from '../system/disk.ts';
import { librariesList, type NativeLibraries, type NativeLibrary } from '../system/native-libraries.ts';
import type { Storage } from '../system/storage.ts';

/** A native library that the card had damaged. */
export interface MendedLibrary {
  /** Below the root of the installation. */
  readonly path: string;
  /** Where its bytes came from, or will come from; for people. */
  readonly from: string;
}

export interface MendParts {
  readonly storage: Storage;
  readonly places: Places;
  /** Waited for after each part that is read. */
  readonly rest?: () => Promise<void>;
  /** What this executable carries, by name. */
  readonly carried?: (name: string) => Uint8Array | undefined;
}

/** Written at a time. */
const partBytes = 256 * 1024;
const isId = /^[0-9a-f]{16}$/;
/** Nothing that leads out of its folder. */
const isName = /^(?!\.)[\w.+-]+(\/(?!\.)[\w.+-]+)*$/;

/**
 * Reads every unpacked native library that a release of the installation needs; slots share them, so that one flipped bit
 * would keep both from starting. One that this executable carries is written anew, in one step. Another is removed: its
 * own executable unpacks it at its next start, as it does with what is missing or too short. What the card does not let
 * be mended is passed over: it may still work.
 */
export async function* mendLibraries(parts: MendParts): AsyncGenerator<MendedLibrary> {
  const { storage, places, rest, carried = carriedFile } = parts;
  const resting = rest === undefined ? {} : { rest };
  const own = readList(carried(librariesList));
  const lists = new Map(own === undefined ? [] : [[own.id, own]]);
  for (const directory of [places.slot.a, places.slot.b, places.factory]) {
    const list = readList(await unlessFaulty(storage.read(`${directory}/${librariesList}`), undefined));
    if (list !== undefined && !lists.has(list.id)) lists.set(list.id, list);
  }
  for (const { id, libraries } of lists.values()) {
    for (const library of libraries) {
      const { name, bytes, sha256 } = library;
      const path = `${librariesFolderIn(places.root)}/${id}/${name}`;
      const found = await unlessFaulty(hashFile(storage, path, { bytes, ...resting }), 'unreadable');
      if (found === undefined || found === sha256) continue;
      const isOwn = id === own?.id;
      const mending = isOwn ? writeAnew(parts, library, path) : storage.remove(path).then(() => true);
      if (!(await unlessFaulty(mending, false))) continue;
      const from = isOwn ? 'the executable that runs' : 'its own executable, at its next start';
      yield { path: path.slice(places.root.length + 1), from };
    }
  }
}

/** False when the executable is damaged there too: the slots are read for that. */
async function writeAnew(parts: MendParts, library: NativeLibrary, path: string): Promise<boolean> {
  const { storage, places, rest, carried = carriedFile } = parts;
  const content = carried(carriedLibrary(library.name));
  if (content === undefined) return false;
  const { mended: draft } = places;
  await storage.remove(draft);
  for (let offset = 0; offset < content.length; offset += partBytes) {
    await storage.writePart(draft, offset, content.slice(offset, offset + partBytes));
    await rest?.();
  }
  const { bytes, sha256 } = library;
  if ((await hashFile(storage, draft, { bytes, ...(rest === undefined ? {} : { rest }) })) !== sha256) {
    await storage.remove(draft);
    return false;
  }
  await takePlace({ storage, draft }, { mode: libraryMode }, path);
  return true;
}

/** `otherwise` where the disk refuses. */
async function unlessFaulty<Value, Otherwise>(work: Promise<Value>, otherwise: Otherwise): Promise<Value | Otherwise> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DiskFault) return otherwise;
    throw error;
  }
}

/** What an executable says that it carries; undefined when that cannot be read, or names what is none of its own. */
function readList(bytes: Uint8Array | undefined): NativeLibraries | undefined {
  if (bytes === undefined) return undefined;
  try {
    const list: unknown = JSON.parse(Buffer.from(bytes).toString());
    return isList(list) ? list : undefined;
  } catch {
    return undefined;
  }
}

function isList(value: unknown): value is NativeLibraries {
  if (typeof value !== 'object' || value === null) return false;
  const { id, libraries } = value as Partial<NativeLibraries>;
  if (typeof id !== 'string' || !isId.test(id) || !Array.isArray(libraries)) return false;
  return libraries.every(
    ({ name, bytes, sha256 }: Partial<NativeLibrary>) =>
      typeof name === 'string' && isName.test(name) && typeof bytes === 'number' && typeof sha256 === 'string',
  );
}
