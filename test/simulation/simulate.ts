import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { type Choices, GivenChoices, SeededChoices } from './choices.ts';
import { exploreLives } from './explore-lives.ts';
import type { Budget } from './simulated-machine.ts';
import { deepRelease } from './update-life-deep.ts';
import { liveThrough } from './update-life.ts';
import { goodStory, stories, type Story } from './update-stories.ts';
import { begin, Misused } from '../../scripts/entry.ts';
import { wordsOf } from '../../src/system/error-words.ts';

/** A schedule that broke a promise. `name` replays it. */
export interface Failure {
  readonly name: string;
  readonly message: string;
}

export interface SimulationResult {
  /** Schedules that were run until the device rested, a promise broke, or a moment came that had been explored. */
  readonly schedules: number;
  /** Of these, the ones that ended at a moment that had been explored. */
  readonly knownEnds: number;
  /** Different moments between two steps, where they were looked for. */
  readonly moments: number;
  readonly failures: readonly Failure[];
}

const failuresMax = 5;
const nothing: SimulationResult = { schedules: 0, knownEnds: 0, moments: 0, failures: [] };

/** Every schedule of the story within the budget, until the first failures. */
export async function simulateStory(story: Story, budget: Budget): Promise<SimulationResult> {
  const { schedules, pruned: knownEnds, moments, failures } = await exploreLives(story, budget, failuresMax);
  const { cuts, faults } = budget;
  const number = stories.indexOf(story);
  const deep = story.flaw === undefined ? 'replay deep' : 'replay deep-forged';
  const words = story.deep === undefined ? `replay ${number}` : deep;
  return {
    schedules,
    knownEnds,
    moments,
    failures: failures.map(({ trace, message }) => ({
      name: `${words} ${cuts} ${faults} ${trace}`,
      message: `${story.name}: ${message}`,
    })),
  };
}

/** Every schedule of the stories, a story at a time on each core. */
export async function simulateEvery(budget: Budget, told = stories): Promise<SimulationResult> {
  const results: SimulationResult[] = [];
  const isSmall = budget.cuts + budget.faults <= 1;
  const waiting = [...stories.keys()].filter((number) => {
    const story = stories[number];
    return story !== undefined && told.includes(story) && (isSmall || story.isLong !== true);
  });
  const work = async (): Promise<void> => {
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift())
      results[number] = await inThread({ number, budget });
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results.reduce(both, nothing);
}

interface Task {
  readonly number: number;
  readonly budget: Budget;
}

function inThread(task: Task): Promise<SimulationResult> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url));
    thread.once('message', (result: SimulationResult) => {
      resolve(result);
      void thread.terminate();
    });
    thread.once('error', reject);
    thread.postMessage(task);
  });
}

function both(one: SimulationResult, other: SimulationResult): SimulationResult {
  return {
    schedules: one.schedules + other.schedules,
    knownEnds: one.knownEnds + other.knownEnds,
    moments: one.moments + other.moments,
    failures: [...one.failures, ...other.failures],
  };
}

/** Chance schedules, by seed, with up to four cuts and three faults. */
export async function simulateSeeds(count: number, from = 0): Promise<SimulationResult> {
  const failures: Failure[] = [];
  for (let seed = from; seed < from + count && failures.length < failuresMax; seed += 1) {
    const budget = { cuts: seed % 5, faults: (seed >> 3) % 4 };
    const message = await messageOf(new SeededChoices(seed), budget, storyOf(seed));
    if (message !== undefined) failures.push({ name: `replay-seed ${seed}`, message });
  }
  return { schedules: count, knownEnds: 0, moments: 0, failures };
}

function storyOf(seed: number): Story {
  return stories[Math.floor(seed / 32) % stories.length] ?? goodStory;
}

async function messageOf(choices: Choices, budget: Budget, story: Story): Promise<string | undefined> {
  try {
    await liveThrough(choices, budget, story);
    return undefined;
  } catch (error) {
    return `${story.name}: ${wordsOf(error)}`;
  }
}

/** A good release with the real code of release/. */
export async function deepStory(): Promise<Story> {
  return { ...goodStory, name: 'a real release file', deep: await deepRelease() };
}

/** The same, signed by too few. */
async function forgedDeepStory(): Promise<Story> {
  const name = 'a real release file that too few have signed';
  return { ...goodStory, name, flaw: 'forged', deep: await deepRelease({ flaw: 'forged' }) };
}

async function storyNamed(name: string): Promise<Story> {
  if (name === 'deep') return deepStory();
  return name === 'deep-forged' ? forgedDeepStory() : (stories[Number(name)] ?? goodStory);
}

/** The schedule that a failure names, without taking anything for known. */
export async function replay(words: readonly string[]): Promise<SimulationResult> {
  const [, story = '0', cuts = '0', faults = '0', trace = ''] = words;
  const told = await storyNamed(story);
  const budget = { cuts: Number(cuts), faults: Number(faults) };
  const message = await messageOf(new GivenChoices(trace), budget, told);
  const failures = message === undefined ? [] : [{ name: words.join(' '), message }];
  return { schedules: 1, knownEnds: 0, moments: 0, failures };
}

/** From the smallest worlds to larger ones, until something breaks: for planted faults. */
async function find(told: readonly Story[]): Promise<SimulationResult> {
  let found = nothing;
  for (const [cuts, faults] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ] as const)
    // prettier-ignore
    for (const story of told.filter(({ isLong }) => cuts + faults <= 1 || isLong !== true)) {
      found = both(found, await simulateStory(story, { cuts, faults }));
      if (found.failures.length > 0) return found;
    }
  return found;
}

async function run(words: readonly string[]): Promise<SimulationResult> {
  const [mode = 'every', first = '1', second = '1'] = words;
  switch (mode) {
    case 'every': return simulateEvery({ cuts: Number(first), faults: Number(second) });
    case 'deep': return simulateStory(await deepStory(), { cuts: Number(first), faults: Number(second) });
    case 'seeds': return simulateSeeds(Number(first), Number(words[2] ?? 0));
    case 'find': return find(first === 'deep' ? [await forgedDeepStory(), await deepStory()] : stories);
    case 'replay': return replay(words);
    case 'replay-seed': return simulateSeeds(1, Number(first));
    default: throw new Misused(`there is no mode ${JSON.stringify(mode)}`);
  } // prettier-ignore
}

if (isMainThread && import.meta.main) {
  const startedMs = performance.now();
  const usage = 'npm run simulate -- [every CUTS FAULTS | deep CUTS FAULTS | seeds COUNT [FROM] | find [deep] | replay STORY CUTS FAULTS CHOICES | replay-seed SEED]'; // prettier-ignore
  const { schedules, knownEnds, moments, failures } = await run(begin({ usage, words: 5 }).positionals);
  const minutes = (performance.now() - startedMs) / 60_000;
  for (const { name, message } of failures)
    console.log(`broken: ${message}\n  again: node test/simulation/simulate.ts ${name}`);
  const outcome = failures.length === 0 ? 'all promises held' : `${failures.length} broken`;
  const shared = moments === 0 ? '' : ` (${knownEnds} did)`;
  const known = moments === 0 ? '' : `, each until it rested or met one of ${moments} moments that were explored`;
  console.log(`${schedules} schedules in ${(minutes * 60).toFixed(1)} s${known}${shared}: ${outcome}`);
  const explored = moments === 0 ? {} : { knownEnds, moments };
  const perMinute = Math.round(schedules / minutes);
  console.log(JSON.stringify({ schedules, ...explored, failures: failures.length, perMinute }));
  if (failures.length > 0) process.exitCode = 1;
}
if (!isMainThread)
  parentPort?.once('message', ({ number, budget }: Task) => {
    void simulateStory(stories[number] ?? goodStory, budget).then((result) => parentPort?.postMessage(result));
  });
