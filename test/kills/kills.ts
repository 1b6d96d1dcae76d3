/** `npm run -s test:kills -- N [SEED]`: so many kills in real updates, a table of who was killed where. The last line is JSON. */
import { killMany } from './kill-many.ts';
import { boundaries, victims } from './plan.ts';

const { table, ...figures } = await killMany({
  kills: Number(process.argv[2] ?? 50),
  seed: Number(process.argv[3] ?? 1),
  say: (line) => console.log(line),
  installations: 2,
});
const lines = [...boundaries, 'moment'].filter((at) => table[at] !== undefined);
console.table(Object.fromEntries(lines.map((at) => [at, Object.fromEntries(victims.map((who) => [who, table[at]?.[who] ?? 0]))]))); // prettier-ignore
console.log(JSON.stringify(figures));
process.exitCode = figures.unbootable + figures.unupdatable + figures.visitsLost === 0 ? 0 : 1;
