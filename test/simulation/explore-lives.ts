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
  readonly name: string;
  readonly room: Room;
  readonly trace: string;
  readonly picks: number;
}

/** What may still happen, and how often a trial may still be begun without a promise being broken. */
interface Room {
  readonly cuts: number;
  readonly faults: number;
  readonly starts: number;
}

/**
 * Every schedule of a story within the budget. Goes on from moments between two steps, each of them once: what can come after
 * a moment does not depend on how it came about, so a schedule that arrives at one that is known ends there. Known is also
 * one that was explored with more room for cuts and faults, and judged no less strictly: therefore those come first.
 */
export async function exploreLives(story: Story, budget: Budget, failuresMax: number): Promise<Exploration> {
  const names = new MomentNames();
  const explored = new Map<string, Room[]>();
  const rests = new Set<string>();
  const failures: BrokenSchedule[] = [];
  let schedules = 0;
  let pruned = 0;
  let moments = 0;
  const device = new Device(new EveryChoice(), budget, story);
  const open: Open[][] = Array.from({ length: budget.cuts + budget.faults + 1 }, () => []);
  const keep = (trace: string, picks: number): void => {
    const name = hash('sha256', names.nameOf(device.moment), 'base64');
    const room = roomOf(device);
    if (device.isOver) rests.add(name);
    if (device.isOver || isKnown(explored.get(name), room)) schedules += 1;
    else open[room.cuts + room.faults]?.push({ moment: device.remember(), name, room, trace, picks });
    if (!device.isOver && isKnown(explored.get(name), room)) pruned += 1;
  };
  keep('', 0);
  for (let level = open.length - 1; level >= 0; level -= 1) {
    for (let from = open[level]?.pop(); from !== undefined; from = open[level]?.pop()) {
      const rooms = explored.get(from.name);
      if (isKnown(rooms, from.room)) {
        schedules += 1;
        pruned += 1;
        continue;
      }
      explored.set(from.name, [...(rooms ?? []), from.room]);
      moments += 1;
      const every = new EveryChoice();
      while (every.next()) {
        await device.goOnFrom(from.moment, every);
        const message = await brokenPromise(device);
        const trace = joined(from.trace, every.traceFrom(from.picks));
        if (message === undefined) keep(trace, from.picks + every.picks);
        else failures.push({ trace, message });
        if (failures.length >= failuresMax) return { schedules, pruned, moments, rests, failures };
      }
    }
  }
  return { schedules, pruned, moments, rests, failures };
}

function roomOf({ machine, starts }: Device): Room {
  const { cuts, faults, cutsUsed, faultsUsed } = machine.state;
  return { cuts, faults, starts: cutsUsed + faultsUsed - starts };
}

/** Whether it was explored with at least this room. More starts allowed is to be judged less strictly. */
function isKnown(rooms: readonly Room[] | undefined, { cuts, faults, starts }: Room): boolean {
  return rooms?.some((room) => room.cuts >= cuts && room.faults >= faults && room.starts <= starts) === true;
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
