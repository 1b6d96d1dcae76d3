import { createHash } from 'node:crypto';
import { parseRecogniser, type Recogniser } from '../machine/inference/model-pack.ts';
import { addedPacksMax, listPacks } from '../machine/inference/pack-list.ts';
import type { Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import type { Random } from '../system/random.ts';
import { noSuchPack, packFolders } from './choose-pack.ts';

const manifestBytesMax = 4 * 1024 * 1024;
/** A Pi has no room for more beside everything else. */
const netBytesMax = 64 * 1024 * 1024;
/** Of the net's hash, in what its embeddings carry. */
const markDigits = 12;
/** Begins the name of a folder that is not finished, or on its way out: it is no pack. */
const draftPrefix = '.draft-';

export interface PackKeepingParts {
  readonly disk: Disk;
  readonly home: Pick<Home, 'root' | 'models'>;
  readonly random: Pick<Random, 'id'>;
  readonly modelsFolder: string;
  /** Runs the net on known faces: why it cannot be used, undefined when it can. */
  readonly probe: (addedFolder: string, name: string) => Promise<string | undefined>;
  /** Has what lies in a folder belong to whom the home belongs to. */
  readonly ownAsHome: (folder: string) => Promise<void>;
}

export type AddPackResult =
  | { readonly outcome: 'added'; readonly name: string; readonly licence: string; readonly trainedOn: string }
  | { readonly outcome: 'refused'; readonly message: string };

/**
 * Adds a pack of the owner's: `manifest.json` (a recogniser as the release's manifest has them) and the net that it names,
 * which reads uint8 RGB `pixels` [N, side, side, 3]. The net is verified and tried before anything is to be seen of it.
 */
export async function addPack(parts: PackKeepingParts, from: string): Promise<AddPackResult> {
  const read = await readPack(parts, from);
  if (read.outcome === 'refused') return refuse(`cannot add the model pack in ${from}: ${read.message}`);
  const { net, recogniser } = read;
  const { disk, home, random } = parts;
  const { licence, name, trainedOn } = recogniser;
  const draft = `${home.models}/${draftPrefix}${random.id()}`;
  await clearDrafts(parts);
  try {
    await write(parts, `${draft}/${name}`, [
      [recogniser.model.file, net],
      ['manifest.json', `${JSON.stringify(recogniser, undefined, 2)}\n`],
    ]);
    const fault = await parts.probe(draft, name);
    if (fault !== undefined) return refuse(`cannot add the model pack "${name}": ${fault}`);
    await parts.ownAsHome(home.models);
    await disk.rename(`${draft}/${name}`, `${home.models}/${name}`);
    await disk.syncDirectory(home.models);
    return { outcome: 'added', name, licence, trainedOn };
  } finally {
    await disk.remove(draft);
  }
}

/** Removes a pack of the owner's. Whether it is in use is for the caller to ask. */
export async function removePack(
  parts: Pick<PackKeepingParts, 'disk' | 'home' | 'modelsFolder' | 'random'>,
  name: string,
): Promise<{ readonly outcome: 'removed' } | { readonly outcome: 'refused'; readonly message: string }> {
  const { disk, home, random } = parts;
  const cannot = `cannot remove the model pack "${name}"`;
  const packs = await listPacks(packFolders(home, parts));
  const pack = packs.find((one) => one.name === name);
  if (pack === undefined) return refuse(`${cannot}: ${noSuchPack(name, packs)}`);
  if (!pack.isAdded) return refuse(`${cannot}: it belongs to the release`);
  const draft = `${home.models}/${draftPrefix}${random.id()}`;
  await disk.rename(`${home.models}/${name}`, draft); // At once, and the files after it.
  await disk.syncDirectory(home.models);
  await clearDrafts(parts);
  return { outcome: 'removed' };
}

type ReadPack =
  | { readonly outcome: 'read'; readonly recogniser: Recogniser; readonly net: Uint8Array }
  | { readonly outcome: 'refused'; readonly message: string };

async function readPack(parts: PackKeepingParts, from: string): Promise<ReadPack> {
  const manifest = await readBounded(parts, `${from}/manifest.json`, manifestBytesMax);
  if (typeof manifest === 'string') return refuse(manifest);
  const parsed = parseRecogniser(manifest);
  if (typeof parsed === 'string') return refuse(parsed);
  const { name, model } = parsed;
  const packs = await listPacks(packFolders(parts.home, parts));
  if (packs.some((pack) => pack.name === name))
    return refuse(`there is one called "${name}" already: give it another name, or remove that`);
  if (packs.filter(({ isAdded }) => isAdded).length >= addedPacksMax)
    return refuse(`${addedPacksMax} packs are added already: remove one`);
  const net = await readBounded(parts, `${from}/${model.file}`, netBytesMax);
  if (typeof net === 'string') return refuse(net);
  const sha256 = createHash('sha256').update(net).digest('hex');
  if (sha256 !== model.sha256) return refuse(`${model.file} is not what its manifest names`);
  // What its embeddings carry is ours to say: those of another pack must never be taken for its own.
  const embeddingMark = `added-${name}-${sha256.slice(0, markDigits)}`;
  return { outcome: 'read', net, recogniser: { ...parsed, embeddingMark, model: { ...model, bytes: net.length } } };
}

/** A plain file of at most so many bytes, or why there is none. */
async function readBounded({ disk }: PackKeepingParts, path: string, bytesMax: number): Promise<Uint8Array | string> {
  const end = path.lastIndexOf('/');
  const name = path.slice(end + 1);
  const entry = (await disk.list(path.slice(0, end))).find((one) => one.name === name);
  if (entry === undefined) return `${name} is missing`;
  if (entry.kind !== 'file') return `${name} is not a plain file`;
  if (entry.bytes > bytesMax) return `${name} has ${entry.bytes} bytes, ${bytesMax} at most`;
  return (await disk.read(path)) ?? `${name} is missing`;
}

async function write(
  { disk }: PackKeepingParts,
  folder: string,
  files: readonly (readonly [name: string, content: Uint8Array | string])[],
): Promise<void> {
  await disk.makeDirectory(folder);
  for (const [name, content] of files) {
    await disk.write(`${folder}/${name}`, content);
    await disk.sync(`${folder}/${name}`);
  }
  await disk.syncDirectory(folder);
}

/** What a power cut left behind, or was taken out. */
async function clearDrafts({ disk, home }: Pick<PackKeepingParts, 'disk' | 'home'>): Promise<void> {
  for (const { name } of await disk.list(home.models))
    if (name.startsWith(draftPrefix)) await disk.remove(`${home.models}/${name}`);
}

function refuse(message: string): { readonly outcome: 'refused'; readonly message: string } {
  return { outcome: 'refused', message };
}
