import { readFileSync, writeFileSync } from 'node:fs';

/** Its processes end first when there is no memory left (proc_pid_oom_score_adj(5)). */
const firstVictim = '1000';

/** Has the kernel end this process before any other of the machine: a release on trial may go, the bell may not. */
export function offerAsVictim(pid: number): void {
  trySetScore(pid, () => firstVictim);
}

/** Gives it the standing of this process, which may be no better than that with which both began. */
export function spareFromVictims(pid: number): void {
  trySetScore(pid, () => readFileSync('/proc/self/oom_score_adj', 'utf8').trim());
}

/** These files lie in memory. A process that has ended needs no standing, and one that may not be told keeps its own. */
function trySetScore(pid: number, score: () => string): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, score());
  } catch {
    return;
  }
}
