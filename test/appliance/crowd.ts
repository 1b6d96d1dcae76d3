import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { get } from './street.ts';

interface Crowd {
  readonly requests: number;
  readonly failures: readonly string[];
}

/** Asks until the signal, with some connections kept and others new; nobody asks more than 1,000 times. */
export async function crowd(address: string, signal: AbortSignal, wait = { slowestMs: 0 }): Promise<Crowd> {
  const failures: string[] = [];
  let requests = 0;
  const visitor = async (isKept: boolean): Promise<void> => {
    const agent = new Agent({ keepAlive: isKept, maxSockets: 1 });
    for (let turn = 0; turn < 1000 && !signal.aborted; turn += 1) {
      requests += 1;
      const askedMs = performance.now();
      await get(`${address}/ready`, agent).then(
        ({ status }) => void (status === 200 || failures.push(`status ${status}`)),
        (error: unknown) => void failures.push(String(error)),
      );
      wait.slowestMs = Math.max(wait.slowestMs, performance.now() - askedMs);
      await sleep(5);
    }
    agent.destroy();
  };
  await Promise.all([visitor(true), visitor(true), visitor(true), visitor(false), visitor(false)]);
  return { requests, failures };
}
