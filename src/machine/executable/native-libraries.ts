import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { constants } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { librariesList, type NativeLibraries, type NativeLibrary } from '../../system/native-libraries.ts';
import { carriedFile } from './carried-files.ts';
import { codeOf, wordsOf } from '../../system/error-words.ts';

/** Where it carries the library of a name. */
export const carriedLibrary = (name: string): string => `libraries/${name}`;

export const libraryMode = 0o555;
const folderMode = 0o755;

/**
 * Loads a native library of the executable. The kernel loads them from files only, so they are unpacked at the first
 * start of a release, which is its rehearsal: power-on finds them there.
 */
export function nativeLibrary(name: string): unknown {
  const folder = unpackLibraries();
  const path = join(folder, name);
  const module = { exports: {} };
  try {
    process.dlopen(module, path, constants.dlopen.RTLD_NOW);
  } catch (cause) {
    throw new Error(`cannot load ${path}: remove ${folder} and start again`, { cause });
  }
  return module.exports;
}

/** The folder of the libraries, every one of them there in full length. What is missing is unpacked, durably. */
export function unpackLibraries(): string {
  const { id, libraries } = carriedList();
  const folder = join(librariesFolder(dirname(process.execPath)), id);
  const missing = libraries.filter(({ name, bytes }) => lengthOf(join(folder, name)) !== bytes);
  for (const library of missing) unpack(folder, library);
  if (missing.length > 0) {
    const folders = new Set(missing.flatMap(({ name }) => foldersOf(folder, name)));
    for (const one of [...folders, dirname(folder)]) syncFolder(one);
  }
  return folder;
}

/** Shared by the slots of an installation; a lone executable keeps them beside itself, so that HOME stays clean. */
function librariesFolder(directory: string): string {
  const chosen = process.env['DOORWARD_LIB'];
  if (chosen !== undefined && chosen !== '') return chosen;
  const root = installationRoot(directory);
  return root === undefined ? join(directory, '.doorward', 'lib') : librariesFolderIn(root);
}

/** Where the slots of an installation share them. */
export function librariesFolderIn(root: string): string {
  return join(root, 'lib');
}

/** `/opt/doorward` for what lies in `/opt/doorward/slots/a`, `slots/b` or `factory`; undefined elsewhere. */
export function installationRoot(directory: string): string | undefined {
  const [name, above] = [basename(directory), dirname(directory)];
  if (name === 'factory') return above;
  return (name === 'a' || name === 'b') && basename(above) === 'slots' ? dirname(above) : undefined;
}

function carriedList(): NativeLibraries {
  const bytes = carriedFile(librariesList);
  if (bytes === undefined) throw new Error('cannot load native libraries: only the single executable carries them');
  const list: NativeLibraries = JSON.parse(Buffer.from(bytes).toString()); // Written by our own build, beside this code.
  return list;
}

/**
 * Writes one library beside its place and renames it there: a second start at the same time and a power cut in between
 * leave it whole or absent. Nothing is ever written into a library that may be in use.
 */
function unpack(folder: string, { name, sha256 }: NativeLibrary): void {
  const path = join(folder, name);
  const fresh = `${path}.new-${randomBytes(8).toString('hex')}`;
  const content = carriedFile(carriedLibrary(name));
  const isSound = content !== undefined && createHash('sha256').update(content).digest('hex') === sha256;
  if (!isSound) throw new Error(`cannot unpack ${name}: ${process.execPath} is damaged: get the file again`);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: folderMode });
    const file = openSync(fresh, 'wx', libraryMode);
    try {
      for (let done = 0; done < content.length;) done += writeSync(file, content, done);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(fresh, path);
  } catch (cause) {
    if (existsSync(fresh)) rmSync(fresh, { force: true });
    const advice = 'free some space there, or name another folder in DOORWARD_LIB';
    throw new Error(`cannot unpack ${path} (${codeOf(cause) ?? wordsOf(cause)}): ${advice}`, { cause });
  }
}

/** The folders that hold a library, from its own up to the one of all. */
function foldersOf(folder: string, name: string): readonly string[] {
  const parent = dirname(name);
  return parent === '.' ? [folder] : [join(folder, parent), ...foldersOf(folder, parent)];
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function lengthOf(path: string): number | undefined {
  try {
    return lstatSync(path).size;
  } catch {
    return undefined; // Unpacking it says what is wrong there.
  }
}
