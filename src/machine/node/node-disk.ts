import { mkdir, open, readFile, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DiskFault, type Disk, type DiskEntry, type DiskFaultKind } from '../../system/disk.ts';
import { carriedAt } from '../executable/carried-files.ts';
import { codeOf, meaningOf, wordsOf } from '../../system/error-words.ts';

/** Nobody but the appliance's user may look at the faces and keys of a household. */
const fileMode = 0o600;
const directoryMode = 0o700;

/** Entries whose size is asked for at the same time. */
const statsAtOnceMax = 64;

/** The machine's filesystem. Every rejection is a `DiskFault` that names the path and what to do. */
export const nodeDisk: Disk = {
  async read(path) {
    try {
      return carriedAt(path) ?? (await readFile(path));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw faultOf('read', path, error);
    }
  },
  write: (path, content) => attempt('write', path, () => writeFile(path, content, { mode: fileMode })),
  append: (path, content) => attempt('add to', path, () => appendDurably(path, content)),
  sync: (path) => attempt('save', path, () => syncAt(path)),
  rename: (from, to) => attempt(`rename ${from} to`, to, () => rename(from, to)),
  syncDirectory: (path) => attempt('save the directory', path, () => syncAt(path)),
  remove: (path) => attempt('remove', path, () => rm(path, { recursive: true, force: true })),
  makeDirectory: (path) => attempt('make the directory', path, () => makeDirectory(path)),
  async list(path) {
    return attempt('list', path, () => listEntries(path));
  },
  space: (path) =>
    attempt('ask for the free space of', path, async () => {
      const { bavail, blocks, bsize } = await statfs(path);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    }),
};

/** Runs the work; what it rejects with becomes a `DiskFault` that names the act and the path. */
export async function attempt<Result>(act: string, path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw faultOf(act, path, error);
  }
}

async function appendDurably(path: string, content: string): Promise<void> {
  const file = await open(path, 'a', fileMode);
  try {
    const isNew = (await file.stat()).size === 0;
    await file.appendFile(content);
    await file.datasync();
    if (isNew) await syncAt(dirname(path)); // Otherwise a power cut may take the new file's name away.
  } finally {
    await file.close();
  }
}

async function syncAt(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Node's own `recursive` never returns where the kernel refuses with ENOENT, as in /proc and /sys. */
async function makeDirectory(path: string): Promise<void> {
  const parent = dirname(path);
  try {
    await mkdir(path, directoryMode);
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const hasParent = await stat(parent).then(
      () => true,
      () => false,
    );
    if (codeOf(error) !== 'ENOENT' || hasParent) throw error;
    await makeDirectory(parent);
    await makeDirectory(path);
  }
}

async function listEntries(path: string): Promise<DiskEntry[]> {
  const names = await namesIn(path);
  const entries: DiskEntry[] = [];
  for (let start = 0; start < names.length; start += statsAtOnceMax) {
    const batch = names.slice(start, start + statsAtOnceMax).map((name) => entryAt(path, name));
    for (const entry of await Promise.all(batch)) if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).toSorted();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** A link in a circle, or to where this user may not look: one entry of the folder, and no reason to miss the others. */
const noWay: ReadonlySet<string> = new Set(['ELOOP', 'EACCES']);

/** Undefined when the entry went away, or is a link to nothing, since its name was read. */
async function entryAt(directory: string, name: string): Promise<DiskEntry | undefined> {
  try {
    const found = await stat(`${directory}/${name}`);
    const kind = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
    return { name, kind, bytes: found.size, modifiedMs: found.mtimeMs };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (noWay.has(codeOf(error) ?? '')) return { name, kind: 'other', bytes: 0, modifiedMs: 0 };
    throw error;
  }
}

const faultKinds: Readonly<Record<string, DiskFaultKind>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'denied',
  EPERM: 'denied',
};

/** The fault of a call that failed, with what to do. */
function faultOf(act: string, path: string, error: unknown): DiskFault {
  const code = codeOf(error) ?? '';
  const kind = faultKinds[code] ?? 'other';
  return new DiskFault(`cannot ${act} ${path}: ${meaningOf(code) ?? wordsOf(error)}`, kind, error);
}
