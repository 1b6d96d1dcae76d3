import { hash } from 'node:crypto';
import { EveryChoice } from './choices.ts';
import type { Budget } from './simulated-machine.ts';
import { Device, type Moment } from './update-life.ts';
import { MomentNames } from './update-life-key.ts';
import type { Story } from './update-stories.ts';

/** A schedule that broke a promise: its unusual choices replay it. */
export interface BrokenSchedule {
  readonly trace: string;
  readonly message: string;
}

export interface Exploration {
  /** Schedules that were run until the device rested, a promise broke, or a moment came that had been explored. */
  readonly schedules: number;
  /** Of these, the ones that ended at a moment that had been explored. */
  readonly pruned: number;
  /** Different moments between two steps. */
  readonly moments: number;
  /** Every moment at which a device rested, by name: what pruning must not change. */
  readonly rests: ReadonlySet<string>;
  readonly failures: readonly BrokenSchedule[];
}

/** A moment that was reached and is still to be explored, with the choices that led there. */
interface Open {
  readonly moment: Moment;
  readonly trace: string;
  readonly picks: number;
}

/**
 * Every schedule of a story within the budget. Goes on from moments between two steps, each of them once: whatever can come
 * after a moment does not depend on how it came about, so a schedule that arrives at one that is known ends there.
 */
export async function exploreLives(story: Story, budget: Budget, failuresMax: number): Promise<Exploration> {
  const names = new MomentNames();
  const seen = new Set<string>();
  const rests = new Set<string>();
  const failures: BrokenSchedule[] = [];
  let schedules = 0;
  let pruned = 0;
  const device = new Device(new EveryChoice(), budget, story);
  const open: Open[] = [{ moment: device.remember(), trace: '', picks: 0 }];
  for (let from = open.pop(); from !== undefined && failures.length < failuresMax; from = open.pop()) {
    const every = new EveryChoice();
    while (every.next() && failures.length < failuresMax) {
      await device.goOnFrom(from.moment, every);
      const message = await brokenPromise(device);
      const trace = joined(from.trace, every.traceFrom(from.picks));
      const moment = device.remember();
      const name = hash('sha256', names.nameOf(moment), 'base64');
      const isKnown = seen.has(name);
      if (message !== undefined) failures.push({ trace, message });
      else if (device.isOver) rests.add(name);
      else if (isKnown) pruned += 1;
      if (message !== undefined || device.isOver || isKnown) schedules += 1;
      else {
        seen.add(name);
        open.push({ moment, trace, picks: from.picks + every.picks });
      }
    }
  }
  return { schedules, pruned, moments: seen.size, rests, failures };
}

async function brokenPromise(device: Device): Promise<string | undefined> {
  try {
    await device.takeStep();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function joined(one: string, other: string): string {
  return one === '' || other === '' ? one + other : `${one},${other}`;
}
