/** `npm run -s test:kills -- N [SEED]`: so many kills in real updates. The last line is JSON. */
import { killMany } from './kill-many.ts';

const figures = await killMany({
  kills: Number(process.argv[2] ?? 22),
  seed: Number(process.argv[3] ?? 1),
  say: (line) => console.log(line),
});
console.log(JSON.stringify(figures));
process.exitCode = figures.unbootable + figures.unupdatable + figures.visitsLost === 0 ? 0 : 1;
