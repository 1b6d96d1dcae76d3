import { createHash } from 'node:crypto';
import type { Storage } from '../system/storage.ts';
import { digestOf, manifestName, serialiseManifest, type Manifest } from './manifest.ts';
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
}

/** Reads every file of a staged release back and compares it with what was signed; nothing else may lie there. */
export async function readBack({
  directory,
  manifest,
  storage,
}: Staged): Promise<{ readonly outcome: 'whole' } | Refusal> {
  const text = serialiseManifest(manifest);
  const own = { path: manifestName, bytes: Buffer.byteLength(text), sha256: digestOf(manifest) };
  const expected = new Map([...manifest.files, own].map((file) => [file.path, file]));
  const found = await walk(storage, directory, '');
  const differs = (why: string): Refusal =>
    refuse('staged-differs', `release ${manifest.version}`, `${why} in ${directory}: it is staged again`);
  if (found === undefined) return differs('there are too many directories within each other');
  const foreign = found.find((path) => !expected.has(path));
  if (foreign !== undefined) return differs(`${JSON.stringify(foreign)} does not belong`);
  for (const { path, bytes, sha256 } of expected.values()) {
    const full = `${directory}/${path}`;
    if ((await storage.readLink(full)) !== undefined) return differs(`${path} is a link`);
    if ((await hashFile(storage, full, bytes)) !== sha256) return differs(`${path} is not what was signed`);
  }
  return { outcome: 'whole' };
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
async function hashFile(storage: Staged['storage'], path: string, bytes: number): Promise<string | undefined> {
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
  }
}
