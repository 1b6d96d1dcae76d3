/**
 * What a look at a frame takes in a running bell, started as a checkout starts it, and where that time goes: by the bell's
 * own figures, in visits 125 ms of frames apart, beside the bare nets in a process started with the same words, in turns.
 * Also what the bell takes while it waits, motion looked for at 8 frames a second, and its memory after all visits.
 * Fails when a look takes 1.5 times as long in the bell as beside it; where other programs had the processor for longer than
 * a look worked, its processor time is compared instead.
 *   npm run bench:look -- [VISITS]
 *   npm run bench:look -- [VISITS] --options     a table: the same with each of the words that start it left out
 *   npm run bench:look -- [VISITS] --owners      a table: whose the memory is, after as many visits
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { mallocEnvironment, nodeOptions } from '../../src/machine/process/start-options.ts';
import { begin, wholeNumber } from '../../scripts/entry.ts';
import { inspectorAddress, ownersOf } from './memory-owners.ts';
import { cpuSeconds, median, memoryMb, minorFaults, threadTimes } from './process-figures.ts';
import { type BellOptions, modelsFolder, RunningBell } from './running-bell.ts';

const { values, positionals } = begin({
  usage: 'npm run bench:look -- [VISITS] [--options|--owners]',
  words: 1,
  options: { options: { type: 'boolean' }, owners: { type: 'boolean' } },
});
const visits = wholeNumber(positionals[0], 100);
const rounds = 10;
const framesPauseMs = 125;
const idleSeconds = 12;
const looksBeside = 12;
const apartMax = 1.5;

type Figures = Readonly<Record<string, number>>;

/** Series of the bell by the name of the part. */
const stage = (name: string, kind: string): string =>
  `pipeline_processing_duration_seconds_${kind}{stage="${name}",worker_id="${name}"}`;

/** What a look took on average between two readings of the bell's figures, in milliseconds by part, `whole` and `looks`. */
function between(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Figures {
  const grown = (series: string): number => (after.get(series) ?? 0) - (before.get(series) ?? 0);
  const looks = grown(stage('detect', 'count'));
  const figures: Record<string, number> = { looks };
  figures['whole'] = (1000 * (grown(stage('detect', 'sum')) + grown(stage('embed', 'sum')))) / looks;
  for (const series of after.keys()) {
    const part = /^doorward_look_seconds_total\{part="(\w+)"\}$/.exec(series)?.[1];
    if (part !== undefined) figures[part] = (1000 * grown(series)) / looks;
  }
  return figures;
}

/** The bare nets in a process of their own. */
function besides(frames: string): { looks(): Promise<Figures>; stop(): Promise<void> } {
  const words = [...nodeOptions, join(import.meta.dirname, 'look-child.ts'), modelsFolder, frames, `${framesPauseMs}`];
  const child = spawn(process.execPath, words, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...mallocEnvironment },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async looks() {
      child.stdin.write(`${looksBeside}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error('cannot compare: the nets beside the bell have ended');
      return JSON.parse(line.value) as Figures;
    },
    async stop() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

interface Measured {
  readonly inBell: Figures;
  readonly beside: Figures;
  readonly idleCpuPercent: number;
  readonly faults: number;
  readonly rssMb: number;
  readonly pssMb: number;
}

async function measure(options: BellOptions): Promise<Measured> {
  const settings = ['--motion.enabled=true', '--motion.threshold=255', ...(options.settings ?? [])]; // It looks, and sees none.
  const bell = await RunningBell.start({ ...options, settings });
  const nets = besides(bell.frames);
  try {
    await nets.looks(); // The first takes its memory.
    await sleep(3000);
    const cpuBefore = cpuSeconds(bell.pid);
    await sleep(idleSeconds * 1000);
    const idleCpuPercent = (100 * (cpuSeconds(bell.pid) - cpuBefore)) / idleSeconds;
    const [inBell, beside]: [Figures[], Figures[]] = [[], []];
    const faultsBefore = minorFaults(bell.pid);
    for (let round = 0; round < rounds; round += 1) {
      const before = await bell.metrics();
      const threadBefore = threadTimes(bell.pid, 'inference');
      await pressed(bell, Math.ceil(visits / rounds));
      const figures = between(before, await bell.metrics());
      const thread = threadTimes(bell.pid, 'inference');
      const { looks = Number.NaN } = figures;
      inBell.push({
        ...figures,
        processor: (thread.onProcessorMs - threadBefore.onProcessorMs) / looks,
        waited: (thread.waitedMs - threadBefore.waitedMs) / looks,
      });
      beside.push(await nets.looks());
    }
    const looks = inBell.reduce((sum, { looks = 0 }) => sum + looks, 0);
    const faults = (minorFaults(bell.pid) - faultsBefore) / looks;
    return { inBell: middle(inBell), beside: middle(beside), idleCpuPercent, faults, ...memoryMb(bell.pid) };
  } finally {
    await nets.stop();
    await bell.stop();
  }
}

/** The median round of each figure: one that was disturbed does not count. */
function middle(each: readonly Figures[]): Figures {
  const names = new Set(each.flatMap((figures) => Object.keys(figures)));
  return Object.fromEntries([...names].map((name) => [name, median(each.map((figures) => figures[name] ?? 0))]));
}

/** Milliseconds of a look, and what they were spent on. */
function tell({ inBell, beside, faults }: Measured): void {
  const says: readonly [part: string, says: string][] = [
    ['draw', 'frame onto the canvas of the detector'], ['detect', 'detector'], ['warp', 'cutting out and turning the face'],
    ['landmarks', 'landmarks'], ['judge', 'sharpness, light, size'], ['embed', 'recogniser'],
    ['wait', 'queueing, and crossing from thread to thread'],
  ]; // prettier-ignore
  const cell = (value = 0): string => value.toFixed(2).padStart(8);
  console.log('ms a look                                       in the bell  beside it');
  for (const [part, what] of says)
    console.log(`${what.padEnd(48)}${cell(inBell[part])}${cell(beside[part]).padStart(12)}`);
  console.log(`${'whole'.padEnd(48)}${cell(inBell['whole'])}${cell(beside['whole']).padStart(12)}`);
  console.log(
    `${'processor time of its thread'.padEnd(48)}${cell(inBell['processor'])}${cell(beside['processor']).padStart(12)}`,
  );
  console.log(
    `${'what its thread waited for a processor'.padEnd(48)}${cell(inBell['waited'])}${cell(beside['waited']).padStart(12)}`,
  );
  console.log(`another thread's: pictures for people, ${cell(inBell['pictures']).trim()} ms for each look`);
  console.log(
    `page faults: ${faults.toFixed(0)} for each look in the whole bell, ${cell(beside['faults']).trim()} in the nets alone`,
  );
}

async function pressed(bell: RunningBell, times: number): Promise<void> {
  for (let visit = 0; visit < times; visit += 1) {
    await bell.press();
    await sleep(300); // The next press is a visit of its own.
  }
}

async function tellOwners(): Promise<void> {
  const bell = await RunningBell.start(started([...nodeOptions, `--inspect=${inspectorAddress}`], mallocEnvironment));
  try {
    await sleep(12_000); // It has let go of what only its start has read.
    await pressed(bell, visits);
    for (const [owner, mb] of await ownersOf(bell)) console.log(`${owner.padEnd(66)}${mb.toFixed(1).padStart(8)} MB`);
  } finally {
    await bell.stop();
  }
}

function started(words: readonly string[], malloc: Readonly<Record<string, string>>): BellOptions {
  return {
    program: [process.execPath, ...words, join(import.meta.dirname, '..', '..', 'src', 'main.ts')],
    environment: { PATH: process.env['PATH'], ...malloc },
  };
}

/** Each word left out, and all of them. */
function variants(): readonly (readonly [name: string, options: BellOptions])[] {
  const without = (name: string): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(mallocEnvironment).filter(([given]) => given !== name));
  return [
    ['as it is', started(nodeOptions, mallocEnvironment)],
    ...nodeOptions.map((word) => [`without ${word}`, started(nodeOptions.filter((one) => one !== word), mallocEnvironment)] as const),
    ...Object.keys(mallocEnvironment).map((name) => [`without ${name}`, started(nodeOptions, without(name))] as const),
    ['without all of them', started([], {})],
  ]; // prettier-ignore
}

if (values.owners === true) await tellOwners();
if (values.options === true) {
  console.log('started                                 look ms   beside   idle %   faults   RSS MB   PSS MB');
  for (const [name, options] of variants()) {
    const { inBell, beside, idleCpuPercent, faults, rssMb, pssMb } = await measure(options);
    const cells = [inBell['whole'] ?? 0, beside['whole'] ?? 0, idleCpuPercent, faults, rssMb, pssMb];
    console.log(name.padEnd(38) + cells.map((value) => value.toFixed(1).padStart(9)).join(''));
  }
}
const measured = await measure({});
tell(measured);
const { inBell, beside, idleCpuPercent, rssMb, pssMb } = measured;
const { whole: lookMs = Number.NaN, detect = 0, landmarks = 0, embed = 0 } = inBell;
const { whole: benchMs = Number.NaN } = beside;
const rounded = (value: number): number => Math.round(value * 100) / 100;
const figures = {
  lookMs: rounded(lookMs), benchMs: rounded(benchMs), detectMs: rounded(detect), landmarksMs: rounded(landmarks),
  embedMs: rounded(embed), otherMs: rounded(lookMs - detect - landmarks - embed),
  idleCpuPercent: rounded(idleCpuPercent), rssMb: Math.round(rssMb), pssMb: Math.round(pssMb),
}; // prettier-ignore
const isCrowded = [inBell, beside].some(({ waited = 0, processor = 0 }) => waited > processor);
const apart = isCrowded ? (inBell['processor'] ?? Number.NaN) / (beside['processor'] ?? 0) : lookMs / benchMs;
if (isCrowded) console.log(`other programs had the processor meanwhile: processor time is ${apart.toFixed(2)} times`);
if (!(apart <= apartMax)) {
  console.error(`cannot stand: a look takes ${apart.toFixed(1)} times as long in the bell as beside it`);
  process.exitCode = 1;
}
console.log(JSON.stringify(figures));
