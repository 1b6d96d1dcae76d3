import type { SeededRandom } from '../../fakes/seeded-random.ts';
import type { Eye } from './eye.ts';
import { measureOpenSet, type OpenSet } from './open-set.ts';
import { byPerson, type Survey } from './survey.ts';
import { table } from './tables.ts';

const references = 3;
const sizeMax = 20;

/**
 * Households of one group, to which only strangers of that group come, beside households of everybody to which everybody
 * comes, of the same size; undefined without groups. The worst ratio is of strangers who get a name.
 */
export function measureGroups(
  measuring: { readonly eye: Eye; readonly found: Survey; readonly random: SeededRandom },
  households: number,
): { readonly table: string; readonly worstRatio: number | null } | undefined {
  const people = [...byPerson(measuring.found.samples).keys()];
  const groups = Map.groupBy(people, ({ group }) => group ?? '');
  const rows: { readonly group: string; readonly size: number; readonly ofGroup: OpenSet; readonly ofAll: OpenSet }[] = []; // prettier-ignore
  for (const [group, members] of groups) {
    if (group === '') continue;
    const size = Math.min(sizeMax, Math.floor(members.length / 2));
    const plan = { size, references, households };
    const ofGroup = measureOpenSet(measuring, { ...plan, group });
    const ofAll = measureOpenSet(measuring, plan);
    if (size > 1 && ofGroup !== undefined && ofAll !== undefined) rows.push({ group, size, ofGroup, ofAll });
  }
  if (rows.length === 0) return undefined;
  const ratios = rows.map(({ ofGroup, ofAll }) => ratioOf(ofGroup, ofAll));
  return {
    table: table([
      ['group', 'household', 'visitor named %', 'stranger named %', 'of everybody %', 'ratio', 'looks'],
      ...rows.map(({ group, size, ofGroup, ofAll }, at) => [
        group,
        `${size}x${references}`,
        ((100 * (ofGroup.visitors.known + ofGroup.visitors.probably)) / ofGroup.visitors.looks).toFixed(1),
        (100 * namedShare(ofGroup)).toFixed(2),
        (100 * namedShare(ofAll)).toFixed(2),
        (ratios[at] ?? 0).toFixed(1),
        `${ofGroup.visitors.looks}+${ofGroup.strangers.looks}`,
      ]),
    ]),
    worstRatio: Math.round(100 * Math.max(...ratios)) / 100,
  };
}

function namedShare({ strangers }: OpenSet): number {
  return strangers.looks === 0 ? 0 : (strangers.wrongKnown + strangers.wrongProbably) / strangers.looks;
}

/** Where nobody of everybody got a name, one of them is taken to have. */
function ratioOf(group: OpenSet, all: OpenSet): number {
  return namedShare(group) / Math.max(namedShare(all), 1 / Math.max(1, all.strangers.looks));
}
