import { workerData } from 'node:worker_threads';

const lookMs = 50;

/** A child whose parent has died gets another parent: then nobody judges this candidate, and it may not go on. */
function endWithIncumbent(given: unknown): void {
  if (typeof given !== 'object' || given === null || !('flag' in given) || !('incumbent' in given)) return;
  const { flag, incumbent } = given;
  if (!(flag instanceof Int32Array)) return;
  while (Atomics.wait(flag, 0, 0, lookMs) === 'timed-out') {
    if (process.ppid === incumbent) continue;
    // Asked again: it may have been committed while this thread waited for the processor, and its incumbent have left.
    if (Atomics.load(flag, 0) === 0) process.kill(process.pid, 'SIGKILL'); // Even if the main thread hangs.
  }
}

endWithIncumbent(workerData);
