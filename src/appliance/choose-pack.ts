import { listPacks, type ListedPack } from '../machine/inference/pack-list.ts';
import type { PackFolders } from '../machine/inference/model-pack.ts';
import type { RunningRelease } from '../machine/executable/running-release.ts';
import { didYouMean } from '../settings/nearest.ts';
import type { StoreReads } from '../store/store.ts';
import type { Home } from '../system/home.ts';

/** Where the packs of a release and those of a home's owner lie. */
export function packFolders(
  { models }: Pick<Home, 'models'>,
  { modelsFolder }: Pick<RunningRelease, 'modelsFolder'>,
): PackFolders {
  return { modelsFolder, addedFolder: models };
}

/**
 * The pack to begin with: the one that is wanted, unless another has embedded more of what people were taught by. Then
 * that one names them until the wanted one has caught up (`PackChanges`).
 */
export async function choosePack(
  read: Pick<StoreReads, 'facesKnownTo'>,
  folders: PackFolders,
  wanted: string,
): Promise<string> {
  const packs = await listPacks(folders);
  const embeddedBy = (name: string): number => {
    const mark = packs.find((pack) => pack.name === name)?.recogniser?.embeddingMark;
    return mark === undefined ? -1 : read.facesKnownTo(mark, 'taught').embedded;
  };
  let best = { name: wanted, embedded: embeddedBy(wanted) };
  if (best.embedded < 0 || best.embedded === read.facesKnownTo('', 'taught').faces) return wanted;
  for (const { name } of packs) {
    const embedded = embeddedBy(name);
    if (embedded > best.embedded) best = { name, embedded };
  }
  return best.name;
}

/** Why a setting cannot name this pack; undefined when it can, or when there are no packs to compare it with. */
export async function complaintAboutPack(folders: PackFolders, name: unknown): Promise<string | undefined> {
  const packs = await listPacks(folders);
  if (typeof name !== 'string' || packs.length === 0 || packs.some((pack) => pack.name === name)) return undefined;
  return `cannot use models.recogniser = "${name}": ${noSuchPack(name, packs)}`;
}

/** The end of a sentence: there is none of that name, and which there are. */
export function noSuchPack(name: string, packs: readonly ListedPack[]): string {
  const names = packs.map((pack) => pack.name);
  return `no model pack is called so (${names.join(', ')})${didYouMean(name, names)}`;
}
