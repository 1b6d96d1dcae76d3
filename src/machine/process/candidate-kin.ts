import { readdirSync, readlinkSync } from 'node:fs';
import { statOf, textAt, type ProcessStat } from './process-stat.ts';
import { endTrialGroup, pidsOnTrial } from './trial-group.ts';

/** Processes may be born while the others are killed. */
const roundsMax = 50;
const roundMs = 10;

/**
 * The processes of a candidate: its first one, whatever that has started, and whatever those have. Found by the control
 * group of the trial where there is one; else by descent, which is remembered, and by a mark in the environment with which
 * the first began: a child that gets another parent keeps its environment. At the end by the listening socket too: nobody
 * else that is younger than the candidate can have it.
 *
 * Chosen: a mark in the environment; rejected: an inherited descriptor; a session of its own; why: Node closes every
 * descriptor that it inherits to its children, and where the kernel shares its time by session (autogroup, sched(7)) the
 * low priority of a rehearsal would count for nothing.
 */
export class CandidateKin {
  readonly first: number;
  readonly #mark: string;
  readonly #bornTicks: number;
  /** pid and start of each that was seen to belong, and of each that was seen not to. */
  readonly #known = new Map<string, boolean>();

  constructor(first: number, mark: string) {
    this.first = first;
    this.#mark = mark;
    this.#bornTicks = statOf(first)?.startTicks ?? 0;
  }

  /** Those that live, the first included. Costs one small file for each process that this one may see. */
  living(): readonly ProcessStat[] {
    const grouped = pidsOnTrial();
    return this.#select(this.#younger(grouped.includes(this.first) ? grouped : pidsSeen()));
  }

  /** Kills all of them, and whoever holds one of these sockets. Resolves when none is left that can be killed. */
  async end(sockets: readonly string[], sleep: (ms: number) => Promise<void>): Promise<void> {
    endTrialGroup();
    for (let round = 0; round < roundsMax; round += 1) {
      const left = this.living();
      const holders = this.#holders(sockets);
      for (const one of holders) this.#known.set(nameOf(one), true); // One that is dying has lost it already.
      if (left.length + holders.length === 0) return;
      for (const { pid } of [...left, ...holders]) trySignal(pid);
      await sleep(roundMs);
    }
  }

  #select(all: readonly ProcessStat[]): readonly ProcessStat[] {
    const kin = new Map<number, ProcessStat>();
    for (let isGrowing = true; isGrowing;) {
      isGrowing = false;
      for (const one of all) {
        if (kin.has(one.pid) || one.pid === process.pid || !this.#belongs(one, kin)) continue;
        kin.set(one.pid, one);
        this.#known.set(nameOf(one), true);
        isGrowing = true;
      }
    }
    for (const one of all) if (!kin.has(one.pid)) this.#known.set(nameOf(one), false);
    return [...kin.values()];
  }

  #belongs(one: ProcessStat, kin: ReadonlyMap<number, ProcessStat>): boolean {
    if (kin.has(one.parent) || (one.pid === this.first && one.startTicks === this.#bornTicks)) return true;
    return this.#known.get(nameOf(one)) ?? isMarked(one.pid, this.#mark); // Whoever lacks it never gets it later.
  }

  /** Who has one of these sockets, younger than the candidate: the service manager has them too, and is older. */
  #holders(sockets: readonly string[]): readonly ProcessStat[] {
    if (sockets.length === 0) return [];
    const others = this.#younger(pidsSeen()).filter(({ pid }) => pid !== process.pid);
    return others.filter(({ pid }) => holdsOneOf(pid, sockets));
  }

  #younger(pids: readonly number[]): readonly ProcessStat[] {
    return pids.flatMap((pid) => statOf(pid) ?? []).filter(({ startTicks }) => startTicks >= this.#bornTicks);
  }
}

function nameOf({ pid, startTicks }: ProcessStat): string {
  return `${pid}:${startTicks}`;
}

/** This process and whatever it has started, but not these and theirs. Costs one small file for each process. */
export function ownProcesses(others: ReadonlySet<number>): readonly ProcessStat[] {
  const all = pidsSeen().flatMap((pid) => statOf(pid) ?? []);
  const own = new Map(all.filter(({ pid }) => pid === process.pid).map((one) => [one.pid, one]));
  for (let count = 0; count < own.size;) {
    count = own.size;
    for (const one of all) if (own.has(one.parent) && !others.has(one.pid)) own.set(one.pid, one);
  }
  return [...own.values()];
}

function pidsSeen(): readonly number[] {
  return namesIn('/proc').map(Number).filter(Number.isInteger);
}

function isMarked(pid: number, mark: string): boolean {
  return textAt(`/proc/${pid}/environ`).split('\0').includes(mark);
}

function holdsOneOf(pid: number, sockets: readonly string[]): boolean {
  return namesIn(`/proc/${pid}/fd`).some((name) => sockets.includes(linkAt(`/proc/${pid}/fd/${name}`)));
}

/** What a descriptor of this process is, as the kernel names it: `socket:[4711]`; undefined when it is none. */
export function socketNamed(descriptor: unknown): string | undefined {
  const name = typeof descriptor === 'number' ? linkAt(`/proc/self/fd/${descriptor}`) : '';
  return name.startsWith('socket:') ? name : undefined;
}

function trySignal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return; // It has ended, or is not ours to end.
  }
}

function linkAt(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
