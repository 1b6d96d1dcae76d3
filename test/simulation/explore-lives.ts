import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { EveryChoice } from './choices.ts';
import type { Budget } from './simulated-machine.ts';
import type { Moment } from './moment.ts';
import { Device } from './update-life.ts';
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
  readonly name: string;
  readonly room: Room;
  readonly trace: string;
  readonly picks: number;
}

/** What may still happen, what has happened, and how often a trial of each version was begun: for each cut and fault one more may be. */
interface Room {
  readonly cuts: number;
  readonly faults: number;
  readonly used: number;
  readonly startsOf: Readonly<Record<string, number>>;
}

/**
 * Every schedule of a story within the budget. Goes on from moments between two steps, each of them once: what can come after
 * a moment does not depend on how it came about, so a schedule that arrives at one that is known ends there. Known is also
 * one that was explored with more room for cuts and faults, and judged no less strictly: therefore those come first.
 */
export async function exploreLives(story: Story, budget: Budget, failuresMax: number): Promise<Exploration> {
  const explorer = new Explorer(story, budget);
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // Every cut and every fault is an error, and nobody asks where it was thrown.
  try {
    await explorer.explore(failuresMax);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return explorer;
}

class Explorer implements Exploration {
  schedules = 0;
  pruned = 0;
  moments = 0;
  readonly rests = new Set<string>();
  readonly failures: BrokenSchedule[] = [];
  readonly #names = new MomentNames();
  readonly #explored = new Map<string, Room[]>();
  readonly #device: Device;
  /** By how much may still happen. */
  readonly #open: Open[][];

  constructor(story: Story, budget: Budget) {
    this.#device = new Device(new EveryChoice(), budget, story);
    this.#open = Array.from({ length: budget.cuts + budget.faults + 1 }, () => []);
  }

  async explore(failuresMax: number): Promise<void> {
    this.#arrive('', 0);
    for (const level of this.#open.toReversed()) {
      for (let from = level.pop(); from !== undefined; from = level.pop()) {
        if (!this.#isNew(from.name, from.room)) continue;
        const every = new EveryChoice();
        while (every.next()) {
          await this.#device.goOnFrom(from.moment, every);
          await this.#live(from, every);
          if (this.failures.length >= failuresMax) return;
        }
      }
    }
  }

  /** One step; and where nothing unusual can happen any more, all the others as well. */
  async #live(from: Open, every: EveryChoice): Promise<void> {
    const device = this.#device;
    const message = await brokenPromise(device);
    const trace = joined(from.trace, every.traceFrom(from.picks));
    if (message !== undefined) return this.#fail(trace, message);
    const picks = from.picks + every.picks;
    while (this.#arrive(trace, picks) === 'goes-on') {
      const laterMessage = await brokenPromise(device);
      if (laterMessage !== undefined) return this.#fail(trace, laterMessage);
      assert(from.picks + every.picks === picks, 'a choice where there is none');
    }
  }

  #fail(trace: string, message: string): void {
    this.schedules += 1;
    this.failures.push({ trace, message });
  }

  /** Between two steps: at rest, at a moment that is known, at one to be explored later, or at one to go on from at once. */
  #arrive(trace: string, picks: number): 'done' | 'goes-on' {
    const device = this.#device;
    const name = hash('sha256', this.#names.nameOf(device.moment), 'base64');
    const room = roomOf(device);
    if (device.isOver) {
      this.schedules += 1;
      this.rests.add(name);
      return 'done';
    }
    if (isKnown(this.#explored.get(name), room)) {
      this.schedules += 1;
      this.pruned += 1;
      return 'done';
    }
    if (device.isDecided) return this.#isNew(name, room) ? 'goes-on' : 'done';
    this.#open[room.cuts + room.faults]?.push({ moment: device.remember(), name, room, trace, picks });
    return 'done';
  }

  /** Notes that it is explored from now on; false when it was already. */
  #isNew(name: string, room: Room): boolean {
    const rooms = this.#explored.get(name) ?? [];
    if (isKnown(rooms, room)) {
      this.schedules += 1;
      this.pruned += 1;
      return false;
    }
    this.#explored.set(name, [...rooms, room]);
    this.moments += 1;
    return true;
  }
}

function roomOf({ machine, startsOf }: Device): Room {
  const { cuts, faults, cutsUsed, faultsUsed } = machine.state;
  return { cuts, faults, used: cutsUsed + faultsUsed, startsOf };
}

/** Whether it was explored with at least this room. More starts allowed is to be judged less strictly. */
function isKnown(rooms: readonly Room[] | undefined, now: Room): boolean {
  return rooms?.some((room) => room.cuts >= now.cuts && room.faults >= now.faults && isStricter(room, now)) === true;
}

function isStricter(room: Room, { used, startsOf }: Room): boolean {
  const versions = Object.keys({ ...room.startsOf, ...startsOf });
  return versions.every((one) => room.used - (room.startsOf[one] ?? 0) <= used - (startsOf[one] ?? 0));
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
