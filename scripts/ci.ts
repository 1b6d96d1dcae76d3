/**
 * `npm test`, `.ci/run`: the jobs of `ci/jobs.ts` beside each other, or those of the suites that are named. At the end what
 * has failed, and a table of what took how long; the last line is JSON, kept in `.build/times/` for `npm run check:time`.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { commitName } from './ci/commit-name.ts';
import { type Job, jobs } from './ci/jobs.ts';
import { runJobs } from './ci/run-jobs.ts';
import { Transcript } from './ci/transcript.ts';
import { begin } from './entry.ts';

const processorsLeast = 2;
const times = '.build/times';

const { values, positionals } = begin({
  usage: 'npm run ci -- [SUITE…] [--as NAME] [--began SECONDS]',
  words: Infinity,
  options: {
    /** What the run is called in `.build/times/`. */
    as: { type: 'string' },
    /** Seconds since 1970 when whoever calls began: installing and setting up are part of the time. */
    began: { type: 'string' },
  },
});
const beganMs = values.began === undefined ? Date.now() : Number(values.began) * 1000;
const transcript = new Transcript((text) => process.stdout.write(text));
const seconds: Record<string, number> = {};
/** What those that failed said last: said again at the end, which is all that some keep of a run. */
const complaints: string[] = [];

function run({ name, command: [program, ...words] }: Job): Promise<boolean> {
  const startedMs = performance.now();
  const speaker = transcript.open(name);
  return new Promise((resolve) => {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const end = (isSound: boolean, words: string): void => {
      seconds[name] = Math.round((performance.now() - startedMs) / 1000);
      if (!isSound) complaints.push(`\n--- ${name}, again: ${words}\n${speaker.last()}`);
      speaker.end(`${isSound ? 'ok' : words}, ${seconds[name]} s`);
      resolve(isSound);
    };
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => speaker.say(text));
    child.once('error', (error) => end(false, error.message));
    child.once('close', (code, signal) => end(code === 0, `FAILED (${code ?? signal})`));
  });
}

const unknown = positionals.filter((name) => jobs.every(({ suite }) => suite !== name));
if (unknown.length > 0) {
  console.error(
    `cannot run ${unknown.join(', ')}: say one of ${[...new Set(jobs.map(({ suite }) => suite))].join(', ')}`,
  );
  process.exitCode = 2;
} else {
  const named = jobs.filter(({ suite }) => positionals.length === 0 || positionals.includes(suite));
  const chosen = jobs.filter((job) => named.includes(job) || named.some(({ after }) => after === job.name));
  const processors = Math.max(processorsLeast, availableParallelism());
  const setUpSeconds = Math.round((Date.now() - beganMs) / 1000);
  const endings = await runJobs({ jobs: chosen, processors, run });
  const tookSeconds = Math.round((Date.now() - beganMs) / 1000);
  for (const complaint of complaints) console.log(complaint);
  console.log(`\nwhat took how long, ${processors} processors:`);
  if (setUpSeconds > 0) console.log(`${String(setUpSeconds).padStart(6)} s  installing and setting up`);
  for (const { name } of chosen)
    console.log(
      `${String(seconds[name] ?? 0).padStart(6)} s  ${name}${endings.get(name) === 'ok' ? '' : `: ${endings.get(name)}`}`,
    );
  console.log(`${String(tookSeconds).padStart(6)} s  in all`);
  const failed = [...endings.values()].filter((ending) => ending !== 'ok').length;
  const line = { jobs: chosen.length, failed, seconds: tookSeconds };
  if (values.as !== undefined) {
    mkdirSync(times, { recursive: true });
    writeFileSync(join(times, `${values.as}.json`), JSON.stringify({ ...line, commit: commitName(), each: seconds }));
  }
  console.log(JSON.stringify(line));
  process.exitCode = failed === 0 ? 0 : 1;
}
