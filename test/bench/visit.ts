/**
 * Press to ring and press to name over 200 visits, resident memory, and processor time while idle at 8 frames a second:
 * a real appliance in a process of its own, real frames from a folder, presses through a button pipe.
 * Usage: node test/bench/visit.ts [VISITS]
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, appendFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { demoCamera } from '../../src/machine/camera/demo-camera.ts';
import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { startInference } from '../../src/machine/inference/onnx-inference.ts';
import type { Pixels } from '../../src/system/pixels.ts';
import { begin, wholeNumber } from '../../scripts/entry.ts';

const visits = wholeNumber(begin({ usage: 'npm run bench:visit -- [VISITS]', words: 1 }).positionals[0], 200);
const idleSeconds = 15;
const decideMsMax = 20_000;
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const modelsFolder = join(import.meta.dirname, '..', '..', '.models');

interface VisitAnswer {
  readonly id: string;
  readonly phase: string;
  readonly outcome: string | null;
  readonly personName: string | null;
  readonly trace: { readonly rung?: number; readonly named?: number };
}

/** What the camera sees while Ada stands at the door: frames of the demo, kept as pictures. */
async function recordFrames(folder: string): Promise<void> {
  const started = await startInference({ modelsFolder, threads: 1 });
  if (started.outcome !== 'started') throw new Error(started.message);
  const pictures = { ...started.pictures, decode: started.pictures.decodeOwn };
  const stop = new AbortController();
  const seen: Pixels[] = [];
  const options = { clock: nodeClock, pictures, width: 1280, height: 720, framesPerSecond: 8, complain: console.error };
  const camera = demoCamera(`${modelsFolder}/demo`, options);
  const sink = {
    takeBuffer: (bytes: number) => new SharedArrayBuffer(bytes),
    deliver: (frame: Pixels) => {
      if (camera.nowAtDoor()?.name === 'Ada') seen.push(frame);
      if (seen.length === 16) stop.abort();
    },
  };
  await camera.stream(sink, stop.signal);
  for (const [at, frame] of seen.entries()) {
    const name = `frame-${String(at).padStart(2, '0')}.jpg`;
    writeFileSync(join(folder, name), await pictures.encode(frame, { quality: 92 }));
  }
  await started.stop();
}

async function startAppliance(folder: string): Promise<{ child: ChildProcess; address: string }> {
  const home = join(folder, 'home');
  const args = [
    'scripts/doorward.sh', 'run', '--home', home, `--camera.source=folder:${join(folder, 'frames')}`,
    `--button.line=pipe:${join(folder, 'bell')}`, '--web.port=0', '--log.level=WARN', '--notify.ratePerMinute=1000',
  ]; // prettier-ignore
  const child = spawn('sh', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  for (let attempt = 0; attempt < 200; attempt += 1) {
    await sleep(100);
    if (!existsSync(join(home, 'running.json'))) continue;
    const { address } = JSON.parse(readFileSync(join(home, 'running.json'), 'utf8')) as { address: string };
    if (address !== '') return { child, address };
  }
  throw new Error('the appliance did not start');
}

async function enrolAda(address: string): Promise<void> {
  const form = new FormData();
  form.append('name', 'Ada');
  form.append('picture', new Blob([readFileSync(join(modelsFolder, 'demo', 'ada-enrolment.jpg'))]), 'ada.jpg');
  const answer = await fetch(`${address}/api/v1/people`, { method: 'POST', body: form });
  if (!answer.ok) throw new Error(`cannot enrol: ${await answer.text()}`);
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function rssMb(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(line) * 1024) / 1e6;
}

/** One press, followed until the visit has its name. */
async function press(address: string, bell: string, lastId: string): Promise<VisitAnswer> {
  appendFileSync(bell, '1');
  await sleep(60);
  appendFileSync(bell, '0');
  const deadlineMs = performance.now() + decideMsMax;
  while (performance.now() < deadlineMs) {
    await sleep(40);
    const list = (await (await fetch(`${address}/api/v1/visits?limit=1`)).json()) as { visits: VisitAnswer[] };
    const newest = list.visits[0];
    if (newest === undefined || newest.id === lastId || newest.phase !== 'decided') continue;
    return (await (await fetch(`${address}/api/v1/visits/${newest.id}`)).json()) as VisitAnswer;
  }
  throw new Error('a press was not answered with a visit');
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

const folder = mkdtempSync(join(tmpdir(), 'doorward-bench-'));
mkdirSync(join(folder, 'frames'));
const bell = join(folder, 'bell');
execFileSync('mkfifo', [bell]);
await recordFrames(join(folder, 'frames'));
const { child, address } = await startAppliance(folder);
const pid = child.pid ?? 0;
try {
  await enrolAda(address);
  await sleep(3000);
  const before = cpuSeconds(pid);
  await sleep(idleSeconds * 1000);
  const idleCpuPercent = (100 * (cpuSeconds(pid) - before)) / idleSeconds;
  const answers: VisitAnswer[] = [];
  for (let count = 0; count < visits; count += 1) {
    answers.push(await press(address, bell, answers.at(-1)?.id ?? ''));
    if (process.stderr.isTTY) process.stderr.write(`\rvisit ${count + 1} of ${visits} `);
    await sleep(300); // The next press is a visit of its own.
  }
  const ring = answers.map(({ trace }) => trace.rung ?? Number.NaN);
  const name = answers.map(({ trace }) => trace.named ?? Number.NaN);
  const known = answers.filter(({ outcome, personName }) => outcome === 'known' && personName === 'Ada').length;
  const rss = rssMb(pid);
  const row = (label: string, values: readonly number[]): string =>
    `${label.padEnd(15)} ${[0.5, 0.95, 0.99].map((share) => percentile(values, share).toFixed(1).padStart(8)).join('')}`;
  console.log(`\n${visits} visits, ${known} of them named rightly\n${'ms'.padEnd(15)}      p50     p95     p99`);
  console.log(`${row('press to ring', ring)}\n${row('press to name', name)}`);
  console.log(
    `resident memory ${rss.toFixed(0)} MB, ${idleCpuPercent.toFixed(1)} % of a core while idle at 8 frames/s`,
  );
  const figures = {
    visits: answers.length,
    ringMsP95: percentile(ring, 0.95),
    nameMsP50: percentile(name, 0.5),
    nameMsP95: percentile(name, 0.95),
    rssMb: Math.round(rss),
    idleCpuPercent: Number(idleCpuPercent.toFixed(1)),
  };
  console.log(JSON.stringify(figures));
} finally {
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
  rmSync(folder, { recursive: true });
}
