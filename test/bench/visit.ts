/**
 * Press to ring and press to name over 200 visits, resident memory, and processor time while idle at 8 frames a second:
 * a real appliance in a process of its own, real frames from a folder, presses through a button pipe.
 * Usage: node test/bench/visit.ts [VISITS]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { begin, wholeNumber } from '../../scripts/entry.ts';
import { cpuSeconds, memoryMb, percentile } from './process-figures.ts';
import { RunningBell, type VisitAnswer } from './running-bell.ts';

const visits = wholeNumber(begin({ usage: 'npm run bench:visit -- [VISITS]', words: 1 }).positionals[0], 200);
const idleSeconds = 15;

const bell = await RunningBell.start();
try {
  await sleep(3000);
  const before = cpuSeconds(bell.pid);
  await sleep(idleSeconds * 1000);
  const idleCpuPercent = (100 * (cpuSeconds(bell.pid) - before)) / idleSeconds;
  const answers: VisitAnswer[] = [];
  for (let count = 0; count < visits; count += 1) {
    answers.push(await bell.press());
    if (process.stderr.isTTY) process.stderr.write(`\rvisit ${count + 1} of ${visits} `);
    await sleep(300); // The next press is a visit of its own.
  }
  const ring = answers.map(({ trace }) => trace.rung ?? Number.NaN);
  const name = answers.map(({ trace }) => trace.named ?? Number.NaN);
  const known = answers.filter(({ outcome, personName }) => outcome === 'known' && personName === 'Ada').length;
  const { rssMb } = memoryMb(bell.pid);
  const row = (label: string, values: readonly number[]): string =>
    `${label.padEnd(15)} ${[0.5, 0.95, 0.99].map((share) => percentile(values, share).toFixed(1).padStart(8)).join('')}`;
  console.log(`\n${visits} visits, ${known} of them named rightly\n${'ms'.padEnd(15)}      p50     p95     p99`);
  console.log(`${row('press to ring', ring)}\n${row('press to name', name)}`);
  console.log(
    `resident memory ${rssMb.toFixed(0)} MB, ${idleCpuPercent.toFixed(1)} % of a core while idle at 8 frames/s`,
  );
  const figures = {
    visits: answers.length,
    ringMsP95: percentile(ring, 0.95),
    nameMsP50: percentile(name, 0.5),
    nameMsP95: percentile(name, 0.95),
    rssMb: Math.round(rssMb),
    idleCpuPercent: Number(idleCpuPercent.toFixed(1)),
  };
  console.log(JSON.stringify(figures));
} finally {
  await bell.stop();
}
