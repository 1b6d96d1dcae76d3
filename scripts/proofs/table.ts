/** The table of figures in test/bench/README.md, between its two marks. */
import { commandOf, type Proof } from './list.ts';
import type { Shown } from './record.ts';

const begins = '<!-- proofs: written by npm run proofs -- --write -->';
const ends = '<!-- /proofs -->';

/** `{"ringMsP95": 6}` is "ring ms p95: 6". */
export function inWords(figures: Readonly<Record<string, unknown>>): string {
  return Object.entries(figures)
    .map(([name, value]) => `${wordsOf(name)}: ${valueOf(value)}`)
    .join(', ');
}

function wordsOf(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
}

function valueOf(value: unknown): string {
  if (typeof value === 'number') return value.toLocaleString('en-US', { maximumFractionDigits: 4 });
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The page with the table of what was shown; rows that nobody has proved here stay as they are. */
export function withTable(page: string, proofs: readonly Proof[], shown: ReadonlyMap<string, Shown>): string {
  const [from, to] = [page.indexOf(begins), page.indexOf(ends)];
  if (from < 0 || to < from) throw new Error(`cannot write the table: the page has no "${begins}" before "${ends}"`);
  const old = page.slice(from, to).split('\n');
  const rows = proofs.map((proof) => {
    const command = `\`${commandOf(proof)}\``;
    const one = shown.get(proof.name);
    if (one === undefined)
      return old.find((row) => row.includes(`${command} |`)) ?? `| ${proof.says} | not measured yet | ${command} | |`;
    const result = `${one.isSound ? '' : 'FAILED: '}${inWords(one.figures)}`;
    return `| ${proof.says} | ${result} | ${command} | ${one.day}, ${one.commit}, ${one.machine} |`;
  });
  const table = ['| figure | value | command | when, commit, machine |', '|---|---|---|---|', ...rows];
  return `${page.slice(0, from)}${begins}\n\n${table.join('\n')}\n\n${page.slice(to)}`;
}
