/**
 * What became of the household's data in a rehearsal, as the incumbent itself has read it before and after.
 * Chosen: every row that was there is still there and says the same; rejected: comparing what the release decides about
 * visits, or taking its word; why: a migration had deleted a person, and the decisions were the same.
 */
import type { Losses } from '../../system/losses.ts';

/** The copy of the database after the candidate had it, beside the copy before; and the pictures in the folder with it. */
export interface StoredData {
  readonly losses: Losses;
  readonly pictures: { readonly before: number; readonly left: number };
}

/** Things that words say at most: what is wrong with a table is mostly wrong with ten. */
const wordsMax = 6;

/** What people call the rows of a table, and of a kind where it holds several. */
const nouns: Readonly<Record<string, string>> = {
  people: 'people',
  'faces/reference': 'reference faces',
  'faces/negative': 'denied faces',
  'faces/visit': 'faces of visits',
  visits: 'visits',
  strangers: 'strangers',
  triggers: 'rings',
  embeddings: 'embeddings',
  device_settings: 'settings',
};

/** Why the candidate may not have the true database; undefined when nothing is missing and nothing says something else. */
export function judgeStoredData({ losses, pictures }: StoredData): string | undefined {
  const { rows, gone, changes, reordered, unusable } = losses;
  const words = [
    ...rows.map(({ table, kind, before, left }) => `${before} ${nounOf(table, kind)} became ${left}`),
    ...(pictures.left < pictures.before ? [`${pictures.before} pictures became ${pictures.left}`] : []),
    ...gone.map((name) => `${name} is gone`),
    ...changes.map(({ table, column, rows: changed }) => `${changed} ${nounOf(table, '')} have another ${column}`),
    ...reordered.map((table) => `${nounOf(table, '')} stand in another order`),
    ...(unusable === undefined ? [] : [`this release could not use it any more: ${unusable}`]),
  ];
  if (words.length === 0) return undefined;
  const more = words.length > wordsMax ? [`and ${words.length - wordsMax} things more`] : [];
  return `it does not leave stored data as it was: ${[...words.slice(0, wordsMax), ...more].join('; ')}`;
}

/** What people call the rows of a table, of one kind where there are several. */
export function nounOf(table: string, kind: string): string {
  return nouns[kind === '' ? table : `${table}/${kind}`] ?? (kind === '' ? `rows of ${table}` : `${table} (${kind})`);
}
