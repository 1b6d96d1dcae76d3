import type { HouseholdParts } from './household-parts.ts';
import { StoreFault } from '../store/store.ts';
import { DiskFault } from '../system/disk.ts';

type FileParts = Pick<HouseholdParts, 'disk' | 'home' | 'log'>;

interface FilesRemoved {
  readonly removed: readonly string[];
  /** Could not be removed now; the next start's sweep does it. */
  readonly left: number;
}

/**
 * Removes the files of rows that are gone, and tells the store. Not done when the power is cut or the disk refuses: the
 * store remembers which files are left, and the next start's sweep removes them.
 */
export async function clearFiles(
  parts: FileParts & Pick<HouseholdParts, 'store'>,
  files: readonly string[],
): Promise<FilesRemoved> {
  const cleared = await removeFiles(parts, files);
  try {
    if (cleared.removed.length > 0) await parts.store.write('filesRemoved', { files: cleared.removed });
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    parts.log.warn('cannot note that files were removed: the next start looks at them again', { error });
  }
  return cleared;
}

/** Removes files (paths relative to the home) and the visits' directories that are empty then. */
export async function removeFiles(parts: FileParts, files: readonly string[]): Promise<FilesRemoved> {
  const removed: string[] = [];
  for (const file of files) if (await isRemoved(parts, file)) removed.push(file);
  for (const directory of visitDirectories(parts, files))
    if ((await parts.disk.list(`${parts.home.root}/${directory}`)).length === 0) await isRemoved(parts, directory);
  return { removed, left: files.length - removed.length };
}

/** Absolute path of a file of the home. A row that points outside has been tampered with: nothing is touched. */
function inHome({ home }: Pick<FileParts, 'home'>, file: string): string {
  if (file === '' || file.startsWith('/') || file.split('/').includes('..'))
    throw new DiskFault(`cannot touch "${file}": it is not inside the home ${home.root}`, 'denied');
  return `${home.root}/${file}`;
}

async function isRemoved(parts: FileParts, file: string): Promise<boolean> {
  try {
    await parts.disk.remove(inHome(parts, file));
    return true;
  } catch (error) {
    if (!(error instanceof DiskFault)) throw error;
    parts.log.warn('cannot remove a file: the next start tries again', { file, error });
    return false;
  }
}

/** `visits/<visit id>` of every file that lies in one. */
function visitDirectories({ home }: FileParts, files: readonly string[]): ReadonlySet<string> {
  const visits = home.visits.slice(home.root.length + 1);
  const inVisits = files.map((file) => file.split('/')).filter((parts) => parts.length === 3 && parts[0] === visits);
  return new Set(inVisits.map((parts) => parts.slice(0, 2).join('/')));
}
