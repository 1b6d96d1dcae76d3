import { type Passage, passagesOf } from '../../notify/told-visit.ts';
import type { StoreReads } from '../../store/store.ts';
import type { Unsent } from '../../update/judge/real-visits.ts';

/** Visits of before that show which channels work. */
const beforeRead = 20;

/**
 * Whether what visits tell goes out, by channels that worked just before: what one did not take then, it need not take now.
 * Only the first that goes out shows that the one on trial can.
 */
export class Arrivals {
  readonly #reads: Pick<StoreReads, 'notificationsOf'>;
  /** By channel, for as long as nothing has gone out by it: the visits that wait, and how far they have come. */
  readonly #waiting: Map<string, Map<string, Passage>>;

  /** `before`: newest first. */
  constructor(reads: Pick<StoreReads, 'notificationsOf'>, before: readonly { readonly id: string }[]) {
    this.#reads = reads;
    const newest = new Map<string, Passage>();
    for (const { id } of before.slice(0, beforeRead))
      for (const [channel, passage] of passagesOf(reads.notificationsOf(id)))
        if (!newest.has(channel)) newest.set(channel, passage);
    const working = [...newest].filter(([, passage]) => passage === 'sent');
    this.#waiting = new Map(working.map(([channel]) => [channel, new Map<string, Passage>()]));
  }

  /** Looks at a visit that has had its time. */
  look(visitId: string): void {
    for (const [channel, passage] of passagesOf(this.#reads.notificationsOf(visitId)))
      if (passage === 'sent') this.#waiting.delete(channel);
      else this.#waiting.get(channel)?.set(visitId, passage);
  }

  /** The channel by which most wait. */
  get unsent(): Unsent | undefined {
    const all = [...this.#waiting].map(([channel, visits]) => ({
      channel,
      visits: visits.size,
      isTried: [...visits.values()].includes('tried'),
    }));
    const [most] = all.filter(({ visits }) => visits > 0).toSorted((one, other) => other.visits - one.visits);
    return most;
  }
}
