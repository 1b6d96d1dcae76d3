import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { librariesList } from '../../system/native-libraries.ts';
import { librariesFolderIn } from './native-libraries.ts';
import { codeOf } from '../../system/error-words.ts';

/** Folders that are removed at a time. */
const foldersMax = 20;
const isId = /^[0-9a-f]{16}$/;

/**
 * Removes the native libraries that no release of an installation needs any more; resolves with how many folders that
 * were. Where a slot does not say what it needs, nothing is removed: it may be about to start.
 */
export async function removeSpareLibraries(root: string): Promise<number> {
  const needed = new Set<string>();
  for (const place of ['slots/a', 'slots/b', 'factory']) {
    const id = await neededBy(join(root, place));
    if (id === 'unknown') return 0;
    if (id !== undefined) needed.add(id);
  }
  const folder = librariesFolderIn(root);
  const found = await readdir(folder).catch(() => []);
  const spare = found.filter((name) => isId.test(name) && !needed.has(name)).slice(0, foldersMax);
  for (const name of spare) await rm(join(folder, name), { recursive: true, force: true });
  return spare.length;
}

/** The name of the libraries that the release in a folder needs; undefined when there is no release. */
async function neededBy(directory: string): Promise<string | undefined> {
  const names = await readdir(directory).catch((error: unknown): string[] | undefined =>
    codeOf(error) === 'ENOENT' ? [] : undefined,
  );
  if (names === undefined) return 'unknown';
  if (!names.includes('doorward')) return undefined; // Empty, or a checkout's release: it brings its packages itself.
  try {
    const list: unknown = JSON.parse(await readFile(join(directory, librariesList), 'utf8'));
    const id = typeof list === 'object' && list !== null && 'id' in list ? list.id : undefined;
    return typeof id === 'string' && isId.test(id) ? id : 'unknown';
  } catch {
    return 'unknown';
  }
}
