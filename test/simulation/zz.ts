import { exploreLives } from './explore-lives.ts';
Error.stackTraceLimit = 0;
import { stories } from './update-stories.ts';
const [,, c, f, ...which] = process.argv;
let total = 0; const T = performance.now();
for (const [i, story] of stories.entries()) {
  if (which.length && !which.includes(String(i))) continue;
  const t = performance.now();
  const r = await exploreLives(story, { cuts: Number(c), faults: Number(f) }, 5);
  total += r.schedules;
  console.log(i, story.nature, { ...r, rests: r.rests.size, failures: r.failures }, ((performance.now() - t)/1000).toFixed(1), Math.round(process.cpuUsage().user/1e6));
}
console.log(total, Math.round(total / (performance.now() - T) * 60000), 'per minute');
