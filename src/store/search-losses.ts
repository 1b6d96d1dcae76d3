import { Worker } from 'node:worker_threads';
import type { Losses } from '../system/losses.ts';
import { faultOf } from './fault.ts';
import type { LossesAnswer, LossesOrder } from './losses-messages.ts';
import { StoreFault } from './store.ts';

/** What the later one has lost, and whether this release can still use it. Rejects with `StoreFault` when the earlier one cannot be read. */
export async function searchLosses(order: LossesOrder): Promise<Losses> {
  const thread = new Worker(new URL('./losses-thread.ts', import.meta.url), {
    name: 'store-losses',
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
  try {
    const answered = Promise.withResolvers<LossesAnswer>();
    thread.once('message', answered.resolve);
    thread.once('error', answered.reject);
    thread.once('exit', () =>
      answered.reject(new StoreFault('cannot compare databases: the thread has ended', 'other')),
    );
    thread.postMessage(order);
    const answer = await answered.promise;
    if (answer.outcome === 'failed') throw new StoreFault(answer.message, 'other');
    return answer.losses;
  } catch (error) {
    throw faultOf('compare databases', error);
  } finally {
    await thread.terminate();
  }
}
