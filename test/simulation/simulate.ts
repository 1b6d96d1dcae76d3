import { type Choices, EveryChoice, GivenChoices, SeededChoices } from './choices.ts';
import type { Budget } from './simulated-machine.ts';
import { deepRelease } from './update-life-deep.ts';
import { liveThrough } from './update-life.ts';
import { stories, type Story } from './update-stories.ts';

/** A schedule that broke a promise. `name` replays it. */
export interface Failure {
  readonly name: string;
  readonly message: string;
}

export interface SimulationResult {
  readonly schedules: number;
  readonly failures: readonly Failure[];
}

const failuresMax = 5;
const findSeeds = 8000;
const findBoth = 25_000;

/** A story with an own fault in it leaves the machine's faults to the good release: a bad release is a fault itself. */
function budgetOf({ nature }: Story, { cuts, faults }: Budget): Budget {
  return { cuts, faults: nature === 'good' ? faults : Math.max(0, faults - 1) };
}

/** Every schedule of the stories within the budget, until the first failures. */
export async function simulateEvery(
  budget: Budget,
  chosen: readonly Story[] = stories,
  isEnough = () => false,
): Promise<SimulationResult> {
  const failures: Failure[] = [];
  let schedules = 0;
  for (const story of chosen) {
    const every = new EveryChoice();
    const own = budgetOf(story, budget);
    while (every.next() && failures.length < failuresMax && !isEnough()) {
      schedules += 1;
      const message = await messageOf(every, own, story);
      if (message !== undefined)
        failures.push({ name: `replay ${stories.indexOf(story)} ${own.cuts} ${own.faults} ${every.trace}`, message });
    }
  }
  return { schedules, failures };
}

/** Chance schedules, by seed, with up to four cuts and three faults. */
export async function simulateSeeds(count: number, from = 0): Promise<SimulationResult> {
  const failures: Failure[] = [];
  for (let seed = from; seed < from + count && failures.length < failuresMax; seed += 1) {
    const message = await messageOf(
      new SeededChoices(seed),
      { cuts: seed % 5, faults: (seed >> 3) % 4 },
      storyOf(seed),
    );
    if (message !== undefined) failures.push({ name: `replay-seed ${seed}`, message });
  }
  return { schedules: count, failures };
}

function storyOf(seed: number): Story {
  return stories[Math.floor(seed / 32) % stories.length] ?? { nature: 'good' };
}

async function messageOf(choices: Choices, budget: Budget, story: Story): Promise<string | undefined> {
  try {
    await liveThrough(choices, budget, story);
    return undefined;
  } catch (error) {
    return `${story.nature}: ${error instanceof Error ? error.message : String(error)}${error instanceof Error && !error.message.startsWith('promise') ? `\n${error.stack}` : ''}`;
  }
}

/** Every schedule of a good release with the real code of release/. */
export async function simulateDeep(budget: Budget): Promise<SimulationResult> {
  return simulateEvery(budget, [{ nature: 'good', deep: await deepRelease() }]);
}

/** From the smallest worlds to chance, until something breaks: for planted faults. */
async function find(): Promise<SimulationResult> {
  let schedules = 0;
  for (const budget of [
    { cuts: 0, faults: 0 },
    { cuts: 0, faults: 1 },
    { cuts: 1, faults: 0 },
  ]) {
    const result = await simulateEvery(budget);
    schedules += result.schedules;
    if (result.failures.length > 0) return { ...result, schedules };
  }
  let left = findBoth;
  const both = await simulateEvery({ cuts: 1, faults: 1 }, stories.slice(0, 1), () => (left -= 1) < 0);
  if (both.failures.length > 0) return { ...both, schedules: schedules + both.schedules };
  const chance = await simulateSeeds(findSeeds);
  return { ...chance, schedules: schedules + both.schedules + chance.schedules };
}

async function run(words: readonly string[]): Promise<SimulationResult> {
  const [mode = 'every', first = '1', second = '1', third = '', fourth = ''] = words;
  switch (mode) {
    case 'every': return simulateEvery({ cuts: Number(first), faults: Number(second) });
    case 'seeds': return simulateSeeds(Number(first), Number(words[2] ?? 0));
    case 'replay': {
      const story = stories[Number(first)] ?? { nature: 'good' };
      const message = await messageOf(new GivenChoices(fourth), { cuts: Number(second), faults: Number(third) }, story);
      return { schedules: 1, failures: message === undefined ? [] : [{ name: words.join(' '), message }] };
    }
    case 'find': return find();
    case 'deep': return simulateDeep({ cuts: Number(first), faults: Number(second) });
    case 'replay-seed': return simulateSeeds(1, Number(first));
    default: throw new Error('cannot simulate: say every CUTS FAULTS, deep CUTS FAULTS, seeds COUNT [FROM], replay STORY CUTS FAULTS CHOICES, or replay-seed SEED');
  } // prettier-ignore
}

if (import.meta.main) {
  const startedMs = performance.now();
  const { schedules, failures } = await run(process.argv.slice(2));
  const minutes = (performance.now() - startedMs) / 60_000;
  for (const { name, message } of failures)
    console.log(`broken: ${message}\n  again: node test/simulation/simulate.ts ${name}`);
  console.log(
    `${schedules} schedules in ${(minutes * 60).toFixed(1)} s, ${failures.length === 0 ? 'all promises held' : `${failures.length} broken`}`,
  );
  console.log(JSON.stringify({ schedules, failures: failures.length, perMinute: Math.round(schedules / minutes) }));
  if (failures.length > 0) process.exitCode = 1;
}
