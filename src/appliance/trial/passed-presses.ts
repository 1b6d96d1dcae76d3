import type { PressKind, Trigger, TriggerSource } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { Clock } from '../../system/clock.ts';
import type { Log } from '../../system/log.ts';
import type { Random } from '../../system/random.ts';
import { overdueOf, type PressDebt, type PressFacts, type UnansweredPress } from '../../update/judge/presses.ts';
import type { PressNote } from '../../update/trial-protocol.ts';
import type { Bell } from '../../visit/bell.ts';
import type { TriggerTarget } from '../../visit/trigger.ts';
import { OwnWrites } from './own-writes.ts';

/** How often rows are looked for while a press has none. */
const lookMs = 50;
/** A press is usually stored by then; else it is measured what a write takes. */
const measureAfterMs = 200;

export interface PassedPressesParts {
  readonly bell: Bell;
  readonly store: Pick<Store, 'write'> & {
    readonly read: Pick<Store['read'], 'pressesAfter' | 'trigger' | 'triggerPlace'>;
  };
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Tells the candidate. */
  readonly tell: (note: PressNote) => void;
  /** So long may a row take in any case. */
  readonly rowMsMin: number;
  /** Rung here since the trial began. */
  readonly before: readonly Trigger[];
}

type Ring = { readonly source: TriggerSource; readonly press?: PressKind };
type Debt = PressDebt & { readonly request: Ring };

/**
 * What the button rings during a trial: the incumbent goes on reading the line, and each press that it tells the candidate
 * of is a debt until its row is read here. One without its row in time rings here at once, and so does every press after it.
 */
export class PassedPresses implements TriggerTarget {
  readonly #parts: PassedPressesParts;
  readonly #ownWrites: OwnWrites;
  /** By id, oldest first. */
  readonly #debts = new Map<string, Debt>();
  #passed = 0;
  #stored = 0;
  #slowestMs = 0;
  #unanswered: UnansweredPress | undefined;
  #isLooking = false;
  /** Every press that was passed on. */
  readonly #made = new Set<string>();
  /** Presses of this trial whose rows were there, by id. */
  readonly #rows: Map<string, Pick<Trigger, 'visitId' | 'source' | 'press'>>;
  /** Where triggers stood when nothing of before the trial was under way any more. */
  #place: number | undefined;

  constructor(parts: PassedPressesParts) {
    this.#parts = parts;
    this.#ownWrites = new OwnWrites((name, input) => parts.store.write(name, input), parts.clock);
    this.#rows = new Map(parts.before.map((trigger) => [trigger.id, trigger]));
  }

  async ring(request: Ring): Promise<unknown> {
    const { clock, random, tell } = this.#parts;
    const triggerId = random.id();
    if (this.#unanswered !== undefined) return this.#ringHere(request, triggerId); // Nobody else can be trusted to.
    this.#debts.set(triggerId, { request, passedMs: clock.uptimeMs(), isSaidStored: false });
    this.#passed += 1;
    this.#made.add(triggerId);
    tell({ kind: 'press', id: triggerId, press: request.press ?? 'press' });
    if (!this.#isLooking) void this.#lookOn();
    return undefined;
  }

  async noteHold(): Promise<void> {
    if (this.#unanswered !== undefined) return this.#parts.bell.noteHold();
    return this.#parts.tell({ kind: 'held' });
  }

  get lastActiveMs(): number | undefined {
    return this.#parts.bell.lastActiveMs;
  }

  get facts(): PressFacts {
    const counts = { passed: this.#passed, stored: this.#stored, slowestMs: this.#slowestMs, unmade: this.#unmade() };
    return this.#unanswered === undefined ? counts : { ...counts, unanswered: this.#unanswered };
  }

  /** From now on no press has a row but those that were passed on: what was under way before has ended. */
  expectNoOthers(): void {
    this.#place = this.#parts.store.read.triggerPlace();
  }

  /** Rows of presses that nobody has made. */
  #unmade(): number {
    const { log, store } = this.#parts;
    if (this.#place === undefined || this.#unanswered !== undefined) return 0; // From then on it rings here.
    try {
      return store.read.pressesAfter(this.#place).filter(({ id }) => !this.#made.has(id)).length;
    } catch (error) {
      log.error('cannot see which presses are stored', { error });
      return 0;
    }
  }

  /** The candidate says that it has stored this press. */
  noteStored(id: string): void {
    const debt = this.#debts.get(id);
    if (debt !== undefined && !this.#isPaid(id, debt)) this.#debts.set(id, { ...debt, isSaidStored: true });
  }

  /** The candidate stores nothing any more: the bell rings here for what it has not stored. */
  ringKept(): void {
    for (const [triggerId, debt] of this.#debts) {
      if (this.#isPaid(triggerId, debt)) continue;
      this.#debts.delete(triggerId);
      void this.#ringHere(debt.request, this.#nameOf(triggerId));
    }
  }

  /** Its own, or another one where the candidate has stored something else by it: that row would keep out the right one. */
  #nameOf(triggerId: string): string {
    const { random, store } = this.#parts;
    try {
      return store.read.trigger(triggerId) === undefined ? triggerId : random.id();
    } catch {
      return triggerId;
    }
  }

  async #ringHere(request: Ring, triggerId: string): Promise<unknown> {
    const rung = await this.#parts.bell.ring({ ...request, triggerId });
    if (rung.outcome === 'ringing')
      this.#rows.set(triggerId, { visitId: rung.visitId, source: request.source, press: request.press });
    return rung;
  }

  /**
   * The candidate is gone: a press that had its row, and has none any more, rings again. `isRemoved`: the household has let
   * this visit go itself. Chosen: a second ring; rejected: the deletion as the judges' matter alone; why: a visit since the
   * backup comes back with no restore.
   */
  ringTakenAway(isRemoved: (visitId: string) => boolean): void {
    const { bell, log, store } = this.#parts;
    for (const [triggerId, { visitId, source, press }] of this.#rows) {
      try {
        if (isRemoved(visitId) || store.read.trigger(triggerId) !== undefined) continue;
      } catch (error) {
        log.error('cannot see whether a press is still stored', { error });
        return;
      }
      log.error('a press was taken away by a candidate, and rings again', { visitId });
      void bell.ring({ source, ...(press === undefined ? {} : { press }), triggerId });
    }
    this.#rows.clear();
  }

  /** Resolves when every press passed on so far has its row, or has rung here; true when none had to. */
  async settled(): Promise<boolean> {
    const passed = [...this.#debts.keys()];
    while (passed.some((id) => this.#debts.has(id))) await this.#parts.clock.sleep(lookMs);
    return this.#unanswered === undefined;
  }

  /** Until there is no debt. */
  async #lookOn(): Promise<void> {
    this.#isLooking = true;
    while (this.#debts.size > 0) {
      await this.#parts.clock.sleep(lookMs);
      this.#look();
    }
    this.#isLooking = false;
  }

  #look(): void {
    const nowMs = this.#parts.clock.uptimeMs();
    for (const [id, debt] of this.#debts) {
      if (this.#isPaid(id, debt)) continue;
      if (nowMs - debt.passedMs >= measureAfterMs) this.#ownWrites.begin();
      this.#unanswered ??= overdueOf(debt, { nowMs, ownWrite: this.#ownWrites.newest, rowMsMin: this.#parts.rowMsMin });
    }
    if (this.#unanswered === undefined || this.#debts.size === 0) return;
    this.#parts.log.error('a press was not stored by a candidate, and rings here', { presses: this.#debts.size });
    this.ringKept();
  }

  /** Whether its row is there; then it is no debt any more. A ring too many is better than one too few. */
  #isPaid(id: string, { passedMs, request }: Debt): boolean {
    const { clock, log, store } = this.#parts;
    try {
      const row = store.read.trigger(id);
      if (!isPress(row, request)) return false;
      this.#rows.set(id, row);
    } catch (error) {
      log.error('cannot see whether a press is stored', { error });
      return false;
    }
    this.#debts.delete(id);
    this.#stored += 1;
    this.#slowestMs = Math.max(this.#slowestMs, clock.uptimeMs() - passedMs);
    return true;
  }
}

/** Whether a row is that of the press: one that is stored as somebody who passes by is told to nobody. */
export function isPress(
  trigger: Trigger | undefined,
  { press = 'press' }: { readonly press?: PressKind },
): trigger is Trigger {
  return trigger?.source === 'button' && trigger.press === press;
}
