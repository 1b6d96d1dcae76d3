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
}

/** Begins to look; the answer ends it. */
export function watchMemory(pid: number): { peak(): Peak } {
  let [pss, resident, processes] = [0, 0, 0];
  const timer = setInterval(() => {
    const all = [pid, ...childrenOf(pid)];
    pss = Math.max(pss, sumOf(all, 'smaps_rollup', /^Pss:\s+(\d+)/m));
    resident = Math.max(resident, sumOf(all, 'status', /^VmRSS:\s+(\d+)/m));
    processes = Math.max(processes, all.length);
  }, lookMs);
  return {
    peak() {
      clearInterval(timer);
      return { pssMb: (pss * 1024) / 1e6, residentMb: (resident * 1024) / 1e6, processes };
    },
  };
}

export function childrenOf(pid: number): readonly number[] {
  return textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
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
