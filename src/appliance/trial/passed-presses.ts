import type { PressKind, TriggerSource } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { Clock } from '../../system/clock.ts';
import type { Log } from '../../system/log.ts';
import type { Random } from '../../system/random.ts';
import type { PressNote } from '../../update/trial-protocol.ts';
import type { Bell } from '../../visit/bell.ts';
import type { TriggerTarget } from '../../visit/trigger.ts';

/** Presses that wait for a candidate's word; more than a button can give before a silent candidate is reverted. */
const keptMax = 1000;
/** How long an incumbent that leaves waits for the last word. */
const settleMsMax = 2000;
const settleLookMs = 20;

export interface PassedPressesParts {
  readonly bell: Bell;
  readonly reads: Pick<Store['read'], 'isTriggerStored'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Tells the candidate. */
  readonly tell: (note: PressNote) => void;
}

type Ring = { readonly source: TriggerSource; readonly press?: PressKind };

/**
 * What the button rings during a trial: the incumbent goes on reading the line, and tells the candidate of each press until
 * that says that its row is stored. A candidate killed in between takes no press with it.
 */
export class PassedPresses implements TriggerTarget {
  readonly #parts: PassedPressesParts;
  /** Told, and not yet known to be stored; oldest first. */
  readonly #kept = new Map<string, Ring>();

  constructor(parts: PassedPressesParts) {
    this.#parts = parts;
  }

  async ring(request: Ring): Promise<unknown> {
    const id = this.#parts.random.id();
    if (this.#kept.size >= keptMax)
      this.#parts.log.error('a candidate has left too many presses without an answer', {});
    else this.#kept.set(id, request);
    return this.#parts.tell({ kind: 'press', id, press: request.press ?? 'press' });
  }

  async noteHold(): Promise<void> {
    this.#parts.tell({ kind: 'held' });
  }

  get lastActiveMs(): number | undefined {
    return this.#parts.bell.lastActiveMs;
  }

  /** The candidate has stored this press. */
  noteStored(id: string): void {
    this.#kept.delete(id);
  }

  /** The candidate is gone: the bell rings here for the presses that it took with it. */
  ringKept(): void {
    for (const [triggerId, request] of this.#kept) {
      this.#kept.delete(triggerId);
      if (this.#isStored(triggerId)) continue; // Only its word was lost.
      void this.#parts.bell.ring({ ...request, triggerId });
    }
  }

  /** Resolves when the candidate has stored every press, or is not going to say so any more. */
  async settled(): Promise<void> {
    const { clock } = this.#parts;
    const deadlineMs = clock.uptimeMs() + settleMsMax;
    while (this.#kept.size > 0 && clock.uptimeMs() < deadlineMs) await clock.sleep(settleLookMs);
  }

  /** A ring too many is better than one too few. */
  #isStored(triggerId: string): boolean {
    try {
      return this.#parts.reads.isTriggerStored(triggerId);
    } catch (error) {
      this.#parts.log.error('cannot see whether a press is stored', { error });
      return false;
    }
  }
}
