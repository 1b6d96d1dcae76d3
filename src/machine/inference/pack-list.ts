import { readdir } from 'node:fs/promises';
import { readAddedPack, readModelPack, type PackFolders, type Recogniser } from './model-pack.ts';

/** A pack that can be chosen, or why it cannot. */
export interface ListedPack {
  readonly name: string;
  readonly isAdded: boolean;
  readonly recogniser: Recogniser | undefined;
  /** In words; undefined when nothing is known to be wrong. Files are checked when they are loaded. */
  readonly fault: string | undefined;
}

/** Packs that the owner may have added. */
export const addedPacksMax = 10;

/** What only the tests of a checkout load. */
const forTests = '-reference';

/** Every pack of the release, then those of the owner. */
export async function listPacks({ modelsFolder, addedFolder }: PackFolders): Promise<readonly ListedPack[]> {
  const read = await readModelPack({ modelsFolder });
  const own = read.outcome === 'read' ? read.pack.manifest.recognisers : [];
  const listed: ListedPack[] = own
    .filter(({ name }) => !name.endsWith(forTests))
    .map((recogniser) => ({ name: recogniser.name, isAdded: false, recogniser, fault: undefined }));
  for (const name of await namesIn(addedFolder)) {
    if (own.some((one) => one.name === name)) continue; // A later release has brought one of this name.
    const added = addedFolder === undefined ? undefined : await readAddedPack(addedFolder, name);
    if (added?.outcome === 'read') listed.push({ name, isAdded: true, recogniser: added.recogniser, fault: undefined });
    else if (added !== undefined) listed.push({ name, isAdded: true, recogniser: undefined, fault: added.message });
  }
  return listed;
}

/** A folder that is not there has none. Drafts of what was never finished begin with a dot. */
async function namesIn(folder: string | undefined): Promise<readonly string[]> {
  if (folder === undefined) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  return names.toSorted().slice(0, addedPacksMax);
}
