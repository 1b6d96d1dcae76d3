import { createHash } from 'node:crypto';
import type { Storage } from '../system/storage.ts';
import { digestOf, fileModes, manifestName, serialiseManifest, type Manifest, type ManifestFile } from './manifest.ts';
import { refuse, type Refusal } from './refusal.ts';
import { letGo } from './spent-bytes.ts';

/** Read at a time. */
const partBytes = 256 * 1024;
/** Directories within each other; staging makes no deeper ones, paths being so short. */
const depthMax = 128;

/** A staged release on disk. */
export interface Staged {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly storage: Pick<Storage, 'list' | 'readLink' | 'readPart'>;
  /** Waited for after each part, by whoever has time. What it rejects with comes through. */
  readonly rest?: () => Promise<void>;
}

/** Something in a staged release that is not what was signed. */
export interface Damage {
  /** Within the release. */
  readonly path: string;
  /** False for what does not belong there at all. */
  readonly isOurs: boolean;
  /** For people. */
  readonly why: string;
}

/** Reads every file of a staged release back and compares it with what was signed; nothing else may lie there. */
export async function readBack(staged: Staged): Promise<{ readonly outcome: 'whole' } | Refusal> {
  for await (const { why } of damagesOf(staged)) {
    const { directory, manifest } = staged;
    return refuse('staged-differs', `release ${manifest.version}`, `${why} in ${directory}: it is staged again`);
  }
  return { outcome: 'whole' };
}

/** Everything that is wrong with a staged release, found file by file. */
export async function* damagesOf({ directory, manifest, storage, rest }: Staged): AsyncGenerator<Damage> {
  const own = manifestFile(manifest);
  const expected = new Map([...manifest.files, own].map((file) => [file.path, file]));
  const found = await walk(storage, directory, '');
  if (found === undefined) {
    yield { path: '', isOurs: false, why: 'there are too many directories within each other' };
    return;
  }
  for (const path of found)
    if (!expected.has(path)) yield { path, isOurs: false, why: `${JSON.stringify(path)} does not belong` };
  for (const { path, bytes, sha256 } of expected.values()) {
    const full = `${directory}/${path}`;
    if ((await storage.readLink(full)) !== undefined) yield { path, isOurs: true, why: `${path} is a link` };
    else if ((await hashFile(storage, full, { bytes, ...(rest === undefined ? {} : { rest }) })) !== sha256)
      yield { path, isOurs: true, why: `${path} is not what was signed` };
  }
}

/** The manifest as a file of its release. */
export function manifestFile(manifest: Manifest): ManifestFile {
  const bytes = Buffer.byteLength(serialiseManifest(manifest));
  return { path: manifestName, bytes, sha256: digestOf(manifest), mode: fileModes.plain };
}

/** Paths of everything that is not a directory; undefined when it is too deep. Empty directories do no harm. */
async function walk(storage: Staged['storage'], directory: string, below: string): Promise<string[] | undefined> {
  if (below.split('/').length > depthMax) return undefined;
  const paths: string[] = [];
  for (const { name, kind } of await storage.list(below === '' ? directory : `${directory}/${below}`)) {
    const path = below === '' ? name : `${below}/${name}`;
    if (kind !== 'directory') {
      paths.push(path);
      continue;
    }
    if ((await storage.readLink(`${directory}/${path}`)) !== undefined) return [path];
    const inside = await walk(storage, directory, path);
    if (inside === undefined) return undefined;
    paths.push(...inside);
  }
  return paths;
}

/** SHA-256 of the file, or undefined when it is not there or not `bytes` long. */
export async function hashFile(
  storage: Pick<Storage, 'readPart'>,
  path: string,
  { bytes, rest }: { readonly bytes: number; readonly rest?: () => Promise<void> },
): Promise<string | undefined> {
  const hash = createHash('sha256');
  for (let offset = 0; ;) {
    const part = await storage.readPart(path, offset, partBytes);
    if (part === undefined) return undefined;
    const { length } = part;
    if (length === 0) return offset === bytes ? hash.digest('hex') : undefined;
    hash.update(part);
    offset += length;
    if (offset > bytes) return undefined;
    if (part.byteOffset === 0 && length === partBytes) letGo(part);
    await rest?.();
  }
}
