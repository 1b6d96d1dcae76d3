import { readdirSync, readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** The lowest (setpriority(2)). */
const lowest = 19;
/** Passes over threads that come and go. */
const passesMax = 10;
/** So many passes in a row that find nothing to do: a thread that is just being made is seen by the next one only. */
const quietPasses = 3;
/** CAP_SYS_NICE (capabilities(7)): may raise priorities. */
const mayRaiseBit = 23n;

/** Gives a process and its threads the lowest priority, unless it could never be raised again. */
export function lowerPriority(pid: number): void {
  if (mayRaise()) setForAll(pid, lowest);
}

/** Gives it back the priority of this process. */
export function raisePriority(pid: number): void {
  if (mayRaise()) setForAll(pid, getPriority());
}

/** On Linux a priority belongs to a thread, and those to come inherit it: looked at again until every thread has it. */
export function setForAll(pid: number, priority: number): void {
  let quiet = 0;
  for (let pass = 0; pass < passesMax && quiet < quietPasses; pass += 1) {
    const others = threadsOf(pid).filter((thread) => priorityOf(thread) !== priority);
    quiet = others.length === 0 ? quiet + 1 : 0;
    for (const thread of others) trySet(thread, priority);
  }
}

function threadsOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return []; // It has ended.
  }
}

/** Undefined for a thread that has ended, which is left alone. */
function priorityOf(thread: number): number | undefined {
  try {
    return getPriority(thread);
  } catch {
    return undefined;
  }
}

function trySet(thread: number, priority: number): void {
  try {
    setPriority(thread, priority);
  } catch {
    return; // It has ended meanwhile: the others matter none the less.
  }
}

/** A user may only lower: what was lowered stays so, unless the unit says LimitNICE=0 or the user is root. */
function mayRaise(): boolean {
  try {
    const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
    if (((BigInt(`0x${capabilities}`) >> mayRaiseBit) & 1n) === 1n) return true;
    const limit = /^Max nice priority\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? '0';
    return limit === 'unlimited' || 20 - Number(limit) <= getPriority(); // getrlimit(2): the ceiling is 20 - limit.
  } catch {
    return false; // Not Linux.
  }
}
