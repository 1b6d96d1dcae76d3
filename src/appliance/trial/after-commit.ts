import type { Clock } from '../../system/clock.ts';
import {
  judgeAftermath, newAftermath, pressMsMax, withLook, type Aftermath, type Condition,
} from '../../update/judge/aftermath.ts'; // prettier-ignore
import type { Updater } from '../../update/update.ts';
import type { Rooms } from '../rooms.ts';

const lookIntervalMs = 10_000;
/** More than a button can give while nobody answers it. */
const waitingMax = 1000;

export interface AfterCommitParts {
  readonly rooms: Pick<Rooms, 'ground' | 'caretaker'>;
  readonly clock: Clock;
  readonly updater: Pick<Updater, 'fallBack' | 'status'>;
}

/** Looks at this process for as long as it is watched after its commit, and has the way back taken when it must be. Until the signal. */
export async function lookAfterCommit({ rooms, clock, updater }: AfterCommitParts, signal: AbortSignal): Promise<void> {
  const { caretaker, ground } = rooms;
  const unwellMsMax = ground.loaded.settings.update.unwellMinutesMax * 60_000;
  const presses = new HeardPresses(clock);
  const stop = ground.events.subscribe((event) => {
    if (updater.status.trial !== undefined) presses.forget(); // They may ring elsewhere, and the gate looks at that.
    else if (event.isRelayed !== true) presses.hear(event);
  });
  let aftermath: Aftermath | undefined;
  for (; !signal.aborted; await clock.sleep(lookIntervalMs, signal)) {
    const { aftercare, trial } = updater.status;
    if (aftercare === undefined || trial !== undefined) continue;
    const condition: Condition = {
      atMs: clock.uptimeMs(),
      checks: caretaker.health.tally(),
      pressesUnanswered: presses.unanswered(),
    };
    aftermath = withLook(aftermath ?? newAftermath(aftercare.checks), condition);
    const reason = judgeAftermath(aftermath, condition, { unwellMsMax });
    if (reason !== undefined) updater.fallBack(reason);
  }
  stop();
}

/** Presses that were heard at the button, and have not rung yet. */
export class HeardPresses {
  readonly #clock: Pick<Clock, 'uptimeMs'>;
  #waitingMs: readonly number[] = [];

  constructor(clock: Pick<Clock, 'uptimeMs'>) {
    this.#clock = clock;
  }

  hear({ type, data }: { readonly type: string; readonly data?: { readonly [field: string]: unknown } }): void {
    if (type === 'GPIO_STATE_CHANGED' && data?.['change'] === 'pressed')
      this.#waitingMs = [...this.#waitingMs, this.#clock.uptimeMs()].slice(-waitingMax);
    if (type === 'DOORBELL_PRESSED' && data?.['triggerSource'] === 'button') this.#waitingMs = this.#waitingMs.slice(1);
  }

  forget(): void {
    this.#waitingMs = [];
  }

  /** Those that wait for too long. */
  unanswered(): number {
    const nowMs = this.#clock.uptimeMs();
    return this.#waitingMs.filter((atMs) => nowMs - atMs > pressMsMax).length;
  }
}
