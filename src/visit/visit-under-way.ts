import type { PressKind, TriggerSource, VisitTrace } from '../store/records.ts';
import { advanceVisit, startVisit, type VisitEvent, type VisitState } from './visit-state.ts';

/** The request that started a visit, with the moment it was made on both clocks. */
export interface VisitStart {
  readonly id: string;
  readonly triggerId: string;
  readonly source: TriggerSource;
  readonly press: PressKind | undefined;
  /** `clock.uptimeMs()` at the debounced trigger. */
  readonly triggeredMs: number;
  /** Wall clock. */
  readonly startedMs: number;
  readonly burstFrames: number;
}

/** One visit from trigger to record: its state and its latency trace. */
export class VisitUnderWay {
  readonly start: VisitStart;
  #state: VisitState;
  readonly #isResumed: boolean;
  #trace: VisitTrace;

  /** A visit resumed after a restart keeps the trace it had: its trigger is on a clock that has ended. */
  constructor(start: VisitStart, resumed?: VisitTrace) {
    this.start = start;
    this.#state = startVisit(start.triggeredMs, start.burstFrames);
    this.#isResumed = resumed !== undefined;
    this.#trace = resumed ?? {};
  }

  get id(): string {
    return this.start.id;
  }

  /** Ties all that is told of the visit together: notifications, which outlive the request that rang, know only this. */
  get correlationId(): string {
    return this.start.id;
  }

  get state(): VisitState {
    return this.#state;
  }

  get trace(): VisitTrace {
    return this.#trace;
  }

  advance(event: VisitEvent): VisitState {
    this.#state = advanceVisit(this.#state, event);
    return this.#state;
  }

  /** Notes the first time a point is reached; returns the milliseconds since the trigger. */
  note(point: keyof VisitTrace, atMs: number): number {
    const sinceTriggerMs = Math.max(0, Math.round((atMs - this.start.triggeredMs) * 10) / 10);
    if (!this.#isResumed && this.#trace[point] === undefined) this.#trace = { ...this.#trace, [point]: sinceTriggerMs };
    return sinceTriggerMs;
  }
}
