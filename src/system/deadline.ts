import type { Clock } from './clock.ts';

/** What became of a bounded wait. */
export type Waited<Value> =
  | { readonly outcome: 'done'; readonly value: Value }
  | { readonly outcome: 'failed'; readonly error: unknown }
  | { readonly outcome: 'late' };

/** Waits for work at most this long and never rejects. Work that is late goes on unheard. */
export async function within<Value>(clock: Clock, durationMs: number, work: Promise<Value>): Promise<Waited<Value>> {
  const finished = new AbortController();
  const done = work.then(
    (value): Waited<Value> => ({ outcome: 'done', value }),
    (error: unknown): Waited<Value> => ({ outcome: 'failed', error }),
  );
  const late = clock.sleep(durationMs, finished.signal).then((): Waited<Value> => ({ outcome: 'late' }));
  const first = await Promise.race([done, late]);
  finished.abort();
  return first;
}
