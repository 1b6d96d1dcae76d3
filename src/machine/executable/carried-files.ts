import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getRawAsset, isSea } from 'node:sea';
import { codeOf } from '../../system/error-words.ts';

/**
 * Where a release keeps what it carries beside its code. The single executable holds it in itself, and a path that leads
 * through the executable names it: `/opt/doorward/slots/a/doorward/.models/manifest.json`.
 */
export function carriedFolder(): string {
  return isSea() ? process.execPath : join(import.meta.dirname, '..', '..', '..');
}

/**
 * A file that the release carries, by its path in the checkout; undefined when it carries none of that name. In the
 * executable it is the executable's own memory: writing to it ends the process.
 */
export function carriedFile(name: string): Uint8Array | undefined {
  try {
    if (!isSea()) return readFileSync(join(carriedFolder(), name));
    return new Uint8Array(getRawAsset(name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ERR_SINGLE_EXECUTABLE_APPLICATION_ASSET_NOT_FOUND') return;
    throw error;
  }
}

/** Modules of elsewhere that the page loads as they are, by the name that it knows them under. */
const modulesOfPage: Readonly<Record<string, string>> = { 'uqr.js': 'node_modules/uqr/dist/index.mjs' };

/** A file of the page, by its bare name. */
export function carriedPageFile(name: string): Uint8Array | undefined {
  return carriedFile(modulesOfPage[name] ?? `src/ui/${name}`);
}

/** What a path through the executable names. Undefined for every other path, and always in a checkout: those are files. */
export function carriedAt(path: string): Uint8Array | undefined {
  const inside = `${carriedFolder()}/`;
  return isSea() && path.startsWith(inside) ? carriedFile(path.slice(inside.length)) : undefined;
}
