/** `npm run -s test:kills -- N [SEED]`: so many kills in real updates, a table of who was killed where. The last line is JSON. */
import { killMany } from './kill-many.ts';
import { boundaries, victims } from './plan.ts';
import { begin, wholeNumber } from '../../scripts/entry.ts';

const { positionals } = begin({ usage: 'npm run test:kills -- [KILLS] [SEED]', words: 2 });
const { table, ...figures } = await killMany({
  kills: wholeNumber(positionals[0], 50),
  seed: wholeNumber(positionals[1], 1, 0),
  say: (line) => console.log(line),
  installations: 2,
});
const lines = [...boundaries, 'moment'].filter((at) => table[at] !== undefined);
console.table(Object.fromEntries(lines.map((at) => [at, Object.fromEntries(victims.map((who) => [who, table[at]?.[who] ?? 0]))]))); // prettier-ignore
console.log(JSON.stringify(figures));
process.exitCode = figures.unbootable + figures.unupdatable + figures.visitsLost === 0 ? 0 : 1;
