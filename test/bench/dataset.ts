import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** Two pictures, and whether they show the same person. */
export interface LabelledPair {
  readonly a: string;
  readonly b: string;
  readonly isSame: boolean;
}

/** Labelled pictures: a CSV of pairs, or a folder of persons with their pictures. */
export interface Dataset {
  readonly name: string;
  readonly pairs: readonly LabelledPair[];
}

export type DatasetResult =
  | { readonly outcome: 'read'; readonly datasets: readonly Dataset[] }
  | { readonly outcome: 'unusable'; readonly message: string };

const depthMax = 4;
const pairsMax = 2_000_000;
const pictureName = /\.(jpe?g|png|webp|avif|tiff?)$/i;
const yes: ReadonlySet<string> = new Set(['yes', 'true', '1', 'same']);
const no: ReadonlySet<string> = new Set(['no', 'false', '0', 'different']);

/**
 * Reads what `target` is: a CSV of pairs (two columns that name files, one that says yes or no), a folder that holds
 * such files, a folder `person/picture`, or a folder of any of these.
 */
export async function readDatasets(target: string): Promise<DatasetResult> {
  try {
    const info = await stat(target).catch(() => undefined);
    if (info === undefined) return unusable(`${target} does not exist`);
    const datasets = info.isDirectory() ? await readFolder(target, 0) : [await readPairs(target)];
    if (datasets.length === 0) return unusable(`${target} holds neither a CSV of pairs nor person/picture folders`);
    return { outcome: 'read', datasets };
  } catch (error) {
    if (error instanceof DatasetFault) return unusable(error.message);
    throw error;
  }
}

class DatasetFault extends Error {}

async function readFolder(folder: string, depth: number): Promise<Dataset[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const tables = entries.filter((entry) => entry.isFile() && /\.csv$/i.test(entry.name));
  if (tables.length > 0) return await Promise.all(tables.map((table) => readPairs(path.join(folder, table.name))));
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(folder, entry.name));
  const persons = new Map<string, string[]>();
  const datasets: Dataset[] = [];
  for (const child of folders) {
    const names = await readdir(child);
    const pictures = names.filter((name) => pictureName.test(name)).toSorted();
    const isTable = names.some((name) => /\.csv$/i.test(name));
    if (!isTable && pictures.length > 0)
      persons.set(
        child,
        pictures.map((name) => path.join(child, name)),
      );
    else if (depth < depthMax) datasets.push(...(await readFolder(child, depth + 1)));
  }
  if (persons.size > 0) datasets.push({ name: path.basename(folder), pairs: everyPair(persons, folder) });
  return datasets;
}

function everyPair(persons: ReadonlyMap<string, readonly string[]>, folder: string): LabelledPair[] {
  const pictures = [...persons].flatMap(([person, files]) => files.map((file) => ({ person, file })));
  const count = (pictures.length * (pictures.length - 1)) / 2;
  if (count === 0) throw new DatasetFault(`${folder} holds a single picture: there is nothing to compare`);
  if (count > pairsMax) throw new DatasetFault(`${folder} gives ${count} pairs; at most ${pairsMax}`);
  return pictures.flatMap((a, place) =>
    pictures.slice(place + 1).map((b) => ({ a: a.file, b: b.file, isSame: a.person === b.person })),
  );
}

async function readPairs(table: string): Promise<Dataset> {
  const lines = (await readFile(table, 'utf8')).split(/\r?\n/);
  const header = lines[0]?.toLowerCase().split(',') ?? [];
  const place = (pattern: RegExp): number => header.findIndex((name) => pattern.test(name.trim()));
  const [a, b, label] = [
    place(/^(file_?x|file_?a|a|left)$/),
    place(/^(file_?y|file_?b|b|right)$/),
    place(/^(decision|label|same)$/),
  ];
  if (a < 0 || b < 0 || label < 0) {
    throw new DatasetFault(`${table} line 1 must name the columns file_x, file_y and Decision`);
  }
  const folder = path.dirname(table);
  const present = new Set(await readdir(folder));
  const pairs: LabelledPair[] = [];
  for (const [at, line] of lines.entries()) {
    if (at === 0 || line.trim() === '') continue;
    const where = `${table} line ${at + 1}`;
    const cells = line.split(',').map((cell) => cell.trim());
    const word = (cells[label] ?? '').toLowerCase();
    if (!yes.has(word) && !no.has(word))
      throw new DatasetFault(`${where}: "${cells[label] ?? ''}" is neither Yes nor No`);
    const find = async (cell: string | undefined): Promise<string> =>
      await findPicture({ folder, present }, cell ?? '', where);
    pairs.push({ a: await find(cells[a]), b: await find(cells[b]), isSame: yes.has(word) });
  }
  if (pairs.length === 0) throw new DatasetFault(`${table} holds no pairs`);
  return { name: `${path.basename(folder)}/${path.basename(table)}`, pairs };
}

/** The picture beside the table; a table may name it by the path it once had elsewhere. */
async function findPicture(
  { folder, present }: { folder: string; present: ReadonlySet<string> },
  cell: string,
  where: string,
): Promise<string> {
  const name = path.basename(cell);
  if (present.has(name)) return path.join(folder, name);
  const full = path.resolve(folder, cell);
  const info = await stat(full).catch(() => undefined);
  if (cell === '' || info?.isFile() !== true) {
    throw new DatasetFault(`${where} names "${cell}", which does not exist`);
  }
  return full;
}

function unusable(why: string): DatasetResult {
  return { outcome: 'unusable', message: `cannot measure accuracy: ${why}` };
}
