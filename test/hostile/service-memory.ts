// What the processes of a service take together, looked at from outside again and again.
import { readFileSync } from 'node:fs';

const lookMs = 20;

export interface Peak {
  /** Proportional: what several processes map is shared out among them. */
  readonly pssMb: number;
  /** Resident: what several processes map counts for each. */
  readonly residentMb: number;
  /** Processes at once. */
  readonly processes: number;
  /** Of each process, the service itself first, when they took the most together. */
  readonly parts: readonly Part[];
}

/** Memory of one process: its own, and pages of files. */
interface Part {
  readonly ownMb: number;
  readonly filesMb: number;
}

/** Begins to look; the answer ends it. */
export function watchMemory(pid: number): { peak(): Peak } {
  let [pss, resident, processes] = [0, 0, 0];
  let parts: readonly Part[] = [];
  const timer = setInterval(() => {
    const all = [pid, ...childrenOf(pid)];
    const pssNow = sumOf(all, 'smaps_rollup', /^Pss:\s+(\d+)/m);
    if (pssNow > pss) parts = all.map(partOf);
    pss = Math.max(pss, pssNow);
    resident = Math.max(resident, sumOf(all, 'status', /^VmRSS:\s+(\d+)/m));
    processes = Math.max(processes, all.length);
  }, lookMs);
  return {
    peak() {
      clearInterval(timer);
      return { pssMb: inMb(pss), residentMb: inMb(resident), processes, parts };
    },
  };
}

export function childrenOf(pid: number): readonly number[] {
  return textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

function partOf(pid: number): Part {
  const ownMb = inMb(sumOf([pid], 'status', /^RssAnon:\s+(\d+)/m));
  return { ownMb, filesMb: inMb(sumOf([pid], 'status', /^RssFile:\s+(\d+)/m)) };
}

function inMb(kilobytes: number): number {
  return (kilobytes * 1024) / 1e6;
}

function sumOf(pids: readonly number[], file: string, pattern: RegExp): number {
  return pids.reduce((sum, pid) => sum + Number(pattern.exec(textOf(`/proc/${pid}/${file}`))?.[1] ?? 0), 0);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // It has ended.
  }
}
