import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { readDatasets } from '../dataset.ts';

/** Somebody of whom there are pictures, and the group that a table of groups says. */
export interface GivenPerson {
  readonly name: string;
  readonly group: string | undefined;
  readonly pictures: readonly string[];
}

/** What the folders hold. Whoever has a single picture cannot be enrolled and looked at: he is among the strangers. */
export interface GivenFaces {
  readonly people: readonly GivenPerson[];
  readonly strangers: readonly GivenPerson[];
}

export type GivenFacesResult =
  | ({ readonly outcome: 'read' } & GivenFaces)
  | { readonly outcome: 'unusable'; readonly message: string };

const depthMax = 4;
const pictureName = /\.(jpe?g|png|webp|avif|tiff?)$/i;

/**
 * Reads folders: a folder of pictures with tables of pairs beside them (people are those whom the pairs join; a picture
 * that no table names is not looked at), a folder for each person, a folder of pictures of strangers, and folders of
 * these. `groupsFile` is a CSV `file-or-person,group`: the name of a person or of a picture, with or without its folders.
 */
export async function readGivenFaces(
  folders: readonly string[],
  groupsFile: string | undefined,
): Promise<GivenFacesResult> {
  const groups = groupsFile === undefined ? new Map<string, string>() : await readGroups(groupsFile);
  const found: Found[] = [];
  for (const folder of folders) {
    const info = await stat(folder).catch(() => undefined);
    if (info?.isDirectory() !== true) return unusable(`${folder} is no folder`);
    const read = await readFolder(folder, 0);
    if (typeof read === 'string') return unusable(read);
    found.push(...read);
  }
  const all = withOwnNames(found).map((one) => ({ ...one, group: groupOf(groups, one) }));
  const people = all.filter(({ isStranger, pictures }) => !isStranger && pictures.length > 1);
  const strangers = all.filter(({ isStranger, pictures }) => isStranger || pictures.length === 1);
  if (people.length < 2) return unusable(`${folders.join(', ')}: two people of two pictures each are the least`);
  return { outcome: 'read', people, strangers };
}

/** Two people of one name, in two folders, are two people. */
function withOwnNames(found: readonly Found[]): readonly Found[] {
  const seen = new Map<string, number>();
  return found.map((one) => {
    const times = (seen.get(one.name) ?? 0) + 1;
    seen.set(one.name, times);
    return times === 1 ? one : { ...one, name: `${one.name} (${times})` };
  });
}

interface Found {
  readonly name: string;
  readonly pictures: readonly string[];
  readonly isStranger: boolean;
}

async function readFolder(folder: string, depth: number): Promise<readonly Found[] | string> {
  const entries = (await readdir(folder, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const found: Found[] = [];
  if (files.some((name) => /\.csv$/i.test(name))) {
    const read = await readPairs(folder);
    if (typeof read === 'string') return read;
    found.push(...read);
  } else {
    const pictures = files.filter((name) => pictureName.test(name));
    found.push(...pictures.map((name) => ({ name, pictures: [path.join(folder, name)], isStranger: true })));
  }
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const child = path.join(folder, name);
    const inside = await readdir(child);
    const pictures = inside.filter((file) => pictureName.test(file)).map((file) => path.join(child, file));
    const isPerson = pictures.length > 0 && !/^strangers?$/i.test(name) && !inside.some((file) => /\.csv$/i.test(file));
    if (isPerson) found.push({ name, pictures: pictures.toSorted(), isStranger: false });
    else if (depth < depthMax) {
      const deeper = await readFolder(child, depth + 1);
      if (typeof deeper === 'string') return deeper;
      found.push(...deeper);
    }
  }
  return found;
}

/** Whom the pairs of a folder's tables join is one person. */
async function readPairs(folder: string): Promise<readonly Found[] | string> {
  const read = await readDatasets(folder);
  if (read.outcome === 'unusable') return read.message;
  const parent = new Map<string, string>();
  const headOf = (file: string): string => {
    const above = parent.get(file) ?? file;
    return above === file ? file : headOf(above);
  };
  for (const { a, b, isSame } of read.datasets.flatMap(({ pairs }) => pairs)) {
    for (const file of [a, b]) parent.set(file, headOf(file));
    if (isSame) parent.set(headOf(a), headOf(b));
  }
  const people = new Map<string, string[]>();
  for (const file of [...parent.keys()].toSorted())
    people.set(headOf(file), [...(people.get(headOf(file)) ?? []), file]);
  return [...people.values()].map((pictures) => ({
    name: path.basename(pictures[0] ?? ''),
    pictures,
    isStranger: false,
  }));
}

async function readGroups(file: string): Promise<ReadonlyMap<string, string>> {
  const lines = (await readFile(file, 'utf8')).split(/\r?\n/).map((line) => line.split(',').map((cell) => cell.trim()));
  return new Map(lines.flatMap(([who = '', group = '']) => (who === '' || group === '' ? [] : [[who, group]])));
}

function groupOf(groups: ReadonlyMap<string, string>, { name, pictures }: Found): string | undefined {
  for (const file of pictures) {
    const parts = file.split(path.sep);
    for (let from = 0; from < parts.length; from += 1) {
      const group = groups.get(parts.slice(from).join('/'));
      if (group !== undefined) return group;
    }
  }
  return groups.get(name);
}

function unusable(why: string): GivenFacesResult {
  return { outcome: 'unusable', message: `cannot measure recognition: ${why}` };
}
