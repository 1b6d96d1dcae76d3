import type { Clock } from '../../system/clock.ts';

/** Node's timers hold 31 bits; a longer wait would end at once. */
const timerMsMax = 2 ** 31 - 1;

/** The kernel's monotonic clock, which counts from the start of the machine, and its wall clock. */
export const nodeClock: Clock = {
  uptimeMs: () => Number(process.hrtime.bigint()) / 1e6,
  wallMs: () => Date.now(),
  async sleep(durationMs, signal) {
    const endMs = nodeClock.uptimeMs() + durationMs;
    for (let leftMs = durationMs; leftMs > 0 && signal?.aborted !== true; leftMs = endMs - nodeClock.uptimeMs()) {
      await sleepOnce(Math.min(leftMs, timerMsMax), signal);
    }
  },
};

function sleepOnce(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, Math.ceil(durationMs));
    signal?.addEventListener('abort', finish, { once: true });
  });
}
