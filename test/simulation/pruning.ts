/**
 * `npm run -s simulate:pruning`: whether exploring each moment once finds every place where a device may come to rest that
 * exploring everything finds, for every story. The last line is JSON.
 */
import { endsOfAll } from './every-life.ts';
import { exploreLives } from './explore-lives.ts';
import { stories } from './update-stories.ts';
import { begin } from '../../scripts/entry.ts';

begin({ usage: 'npm run simulate:pruning' });

const everything = Number.POSITIVE_INFINITY;
const figures = { stories: stories.length, rests: 0, lost: 0 };
for (const story of stories)
  for (const budget of [
    { cuts: 1, faults: 0 },
    { cuts: 0, faults: 1 },
  ]) {
    const all = await endsOfAll(story, budget);
    const pruned = await exploreLives(story, budget, everything);
    const lost = [...all.rests].filter((rest) => !pruned.rests.has(rest)).length;
    console.log(`${story.name}, ${budget.cuts} cuts, ${budget.faults} faults: ${all.rests.size} places, ${lost} lost`);
    figures.rests += all.rests.size;
    figures.lost += lost;
  }
console.log(JSON.stringify(figures));
process.exitCode = figures.lost === 0 ? 0 : 1;
