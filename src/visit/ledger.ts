import { StoreFault, type Store, type StoreWrites } from '../store/store.ts';
import type { Clock } from '../system/clock.ts';
import type { Events } from '../system/event.ts';
import type { Log } from '../system/log.ts';
import { within } from '../system/deadline.ts';
import { wordsOf } from '../system/error-words.ts';

/** One write may take this long: the bell is announced without its row rather than not at all. */
export const writeMsMax = 2000;
/** A full or locked database is asked again after these, before the write is kept for later. */
const retryDelaysMs = [50, 200];
const flushIntervalMs = 3000;
/** Writes kept in memory; beyond that the newest are given up, because a half-written visit helps nobody. */
const keptMax = 500;

interface KeptWrite {
  readonly visitId: string;
  readonly name: keyof StoreWrites;
  attempt(): Promise<unknown>;
  /** An attempt that was late, and may succeed yet: asked twice, the database would complain about the second. */
  late?: Promise<unknown>;
}

/** `stored`: durable. `kept`: in memory until the database takes it. `refused`: never will be. */
export type LedgerOutcome = 'stored' | 'kept' | 'refused';

export interface LedgerParts {
  readonly store: Pick<Store, 'write'>;
  readonly clock: Clock;
  readonly events: Events;
  readonly log: Log;
}

/** The writes of visits, in order for each visit. When the database is full or locked they wait in memory. */
export class Ledger {
  readonly #parts: LedgerParts;
  readonly #turns = new Map<string, Promise<unknown>>();
  #kept: KeptWrite[] = [];

  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  async write<Name extends keyof StoreWrites>(
    visitId: string,
    name: Name,
    input: StoreWrites[Name]['input'],
  ): Promise<LedgerOutcome> {
    const attempt = (): Promise<unknown> => this.#parts.store.write(name, input);
    const turn = (this.#turns.get(visitId) ?? Promise.resolve()).then(() => this.#take({ visitId, name, attempt }));
    this.#turns.set(visitId, turn);
    const outcome = await turn;
    if (this.#turns.get(visitId) === turn) this.#turns.delete(visitId);
    return outcome;
  }

  /** Whether the database still lacks something of this visit. */
  isWaiting(visitId: string): boolean {
    return this.#turns.has(visitId) || this.#kept.some((write) => write.visitId === visitId);
  }

  get waiting(): number {
    return this.#kept.length;
  }

  /** Until the signal: writes what was kept as soon as the database takes it. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#parts.clock.sleep(flushIntervalMs, signal);
      await this.flush();
    }
  }

  /** Tries the kept writes once, in order, and stops at the first that must go on waiting. */
  async flush(): Promise<void> {
    for (let first = this.#kept[0]; first !== undefined; first = this.#kept[0]) {
      const outcome = await this.#try(first);
      if (outcome === 'late' || outcome === 'failed') return;
      this.#kept.shift();
    }
  }

  async #take(write: KeptWrite): Promise<LedgerOutcome> {
    if (this.#kept.some((kept) => kept.visitId === write.visitId)) return this.#keep(write, 'an earlier write waits');
    let outcome = await this.#try(write);
    for (const delayMs of retryDelaysMs) {
      if (outcome !== 'failed') break; // Whoever did not answer at all is not asked again while the bell waits.
      await this.#parts.clock.sleep(delayMs);
      outcome = await this.#try(write);
    }
    if (outcome === 'stored' || outcome === 'refused') return outcome;
    return this.#keep(write, outcome === 'late' ? 'no answer' : 'the database does not take it');
  }

  #keep(write: KeptWrite, reason: string): LedgerOutcome {
    if (this.#kept.length >= keptMax) {
      this.#report(write, 'the write is given up: too many wait');
      return 'refused';
    }
    this.#kept.push(write);
    this.#parts.log.warn('a write waits for the database', { visitId: write.visitId, write: write.name, reason });
    return 'kept';
  }

  async #try(write: KeptWrite): Promise<'stored' | 'refused' | 'late' | 'failed'> {
    const attempt = write.late ?? write.attempt();
    const done = await within(this.#parts.clock, writeMsMax, attempt);
    delete write.late;
    if (done.outcome === 'done') return 'stored';
    if (done.outcome === 'late') {
      write.late = attempt;
      this.#report(write, `the database has not answered for ${writeMsMax} ms`);
      return 'late';
    }
    this.#report(write, wordsOf(done.error));
    // A constraint will not heal: a person deleted meanwhile.
    const isLasting = done.error instanceof StoreFault && ['constraint', 'closed', 'too-new'].includes(done.error.kind);
    return isLasting ? 'refused' : 'failed';
  }

  #report(write: KeptWrite, reason: string): void {
    const data = {
      errorType: 'write-failed',
      severity: 'critical',
      write: write.name,
      reason,
      visitId: write.visitId,
    } as const;
    this.#parts.events.emit({ type: 'COMPONENT_ERROR', status: 'failure', component: 'store', data });
    this.#parts.log.error('a visit cannot be written', { correlation_id: write.visitId, write: write.name, reason });
  }
}
