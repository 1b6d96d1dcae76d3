import type { Disk } from '../system/disk.ts';

/** A folder of root metadata, `1.root.json` and on: the operator's, public, to be kept with care. */
export type RootsRead =
  | { readonly outcome: 'read'; readonly roots: readonly Uint8Array[] }
  | { readonly outcome: 'refused'; readonly message: string };

/** Where one version of the root lies in its folder. */
export function rootPath(folder: string, version: number): string {
  return `${folder}/${version}.root.json`;
}

/** Every root in the folder, version 1 first; none when there is no folder. A gap is refused: devices walk the chain. */
export async function readRoots(disk: Pick<Disk, 'list' | 'read'>, folder: string): Promise<RootsRead> {
  const names = (await disk.list(folder))
    .map(({ name }) => name)
    .filter((name) => /^[1-9]\d{0,8}\.root\.json$/.test(name));
  const roots: Uint8Array[] = [];
  for (let version = 1; version <= names.length; version += 1) {
    const bytes = await disk.read(rootPath(folder, version));
    if (bytes === undefined)
      return { outcome: 'refused', message: `cannot use ${folder}: ${version}.root.json is missing: put it back` };
    roots.push(bytes);
  }
  return { outcome: 'read', roots };
}
