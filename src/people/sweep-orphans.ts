import { clearFiles, removeFiles } from './home-files.ts';
import type { HouseholdParts } from './household-parts.ts';

/** Files and directories one sweep removes; what is more waits for the next start. */
const sweptMax = 1_000;

type SweepParts = Pick<HouseholdParts, 'store' | 'disk' | 'home' | 'log'>;

/**
 * Finishes what a power cut interrupted. The files of removed rows go, as the store remembers them; then the crops that
 * no face names and the directories of visits that no row names. Nothing may be enrolled meanwhile (a crop is written
 * before its row): `Household.sweep` sees to that.
 */
export async function sweepOrphans(parts: SweepParts): Promise<{ readonly removed: number; readonly left: number }> {
  const leftover = parts.store.read.leftoverFiles(sweptMax);
  const cleared = await clearFiles(parts, leftover);
  const orphans = await orphansOf(parts);
  const swept = await removeFiles(parts, orphans.slice(0, sweptMax));
  const removed = cleared.removed.length + swept.removed.length;
  const left = cleared.left + orphans.length - swept.removed.length;
  if (removed + left > 0) parts.log.info('removed files that nothing names', { removed, left });
  return { removed, left };
}

async function orphansOf({ store, disk, home }: SweepParts): Promise<readonly string[]> {
  const crops = (await disk.list(home.people)).filter(({ name }) => store.read.face(idOf(name)) === undefined);
  const visits = (await disk.list(home.visits)).filter(({ name }) => store.read.visit(name) === undefined);
  const paths = [
    ...crops.map(({ name }) => `${home.people}/${name}`),
    ...visits.map(({ name }) => `${home.visits}/${name}`),
  ];
  return paths.map((path) => path.slice(home.root.length + 1));
}

/** `<face id>.jpg`; a draft (`<face id>.jpg.draft`) has no id and is swept. */
function idOf(name: string): string {
  return name.endsWith('.jpg') ? name.slice(0, -'.jpg'.length) : '';
}
