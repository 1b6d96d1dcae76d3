import { readFileSync } from 'node:fs';

/** One process, as /proc/PID/stat tells it (proc(5)). */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** A pid alone is used again. */
  readonly startTicks: number;
  readonly processorMs: number;
  /** Of children that it has waited for. */
  readonly childrenMs: number;
  readonly threads: number;
}

/** USER_HZ is 100 on every architecture that Node runs on. */
export const tickMs = 10;

/** Undefined for one that has ended, or of which only the remains are left. `folder`: of one thread, for that alone. */
export function statOf(pid: number, folder = `/proc/${pid}`): ProcessStat | undefined {
  const text = textAt(`${folder}/stat`);
  // The name of the command, in brackets, may hold anything: the fields are counted behind it, from the third on.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 20 || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return {
    pid,
    parent: Number(fields[1]),
    startTicks: Number(fields[19]),
    processorMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
    childrenMs: (Number(fields[13]) + Number(fields[14])) * tickMs,
    threads: Number(fields[17]),
  };
}

/** A file of /proc; empty when there is none, or it belongs to somebody else. */
export function textAt(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
