import type { PressKind, TriggerSource, VisitTrace } from '../store/records.ts';
import type { Clock } from '../system/clock.ts';
import type { EventData, Events, EventType } from '../system/event.ts';
import { advanceVisit, startVisit, type VisitEvent, type VisitState } from './visit-state.ts';

/** Says what happened. What has an `errorType`, or could not be stored, is a failure. */
export type Tell = (type: EventType, data: EventData) => void;

/** Stages that are somebody else's work: the figures show whose. */
const otherComponents: ReadonlySet<string> = new Set(['detect', 'embed']);
/** Who counts as the ringer when several did, the likeliest to stand at the door last. */
const ringers: readonly TriggerSource[] = ['motion', 'api', 'command', 'button'];

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

/** One visit from trigger to record: its state, its latency trace, and its voice. */
export class VisitUnderWay {
  readonly start: VisitStart;
  readonly #clock: Pick<Clock, 'uptimeMs'>;
  readonly #events: Events;
  readonly #isResumed: boolean;
  #state: VisitState;
  #trace: VisitTrace;
  #ringer: TriggerSource;

  /** A visit resumed after a restart keeps the trace it had: its trigger is on a clock that has ended. */
  constructor(
    start: VisitStart,
    { clock, events }: { readonly clock: Pick<Clock, 'uptimeMs'>; readonly events: Events },
    resumed?: VisitTrace,
  ) {
    this.start = start;
    this.#clock = clock;
    this.#events = events;
    this.#state = startVisit(start.triggeredMs, start.burstFrames);
    this.#isResumed = resumed !== undefined;
    this.#trace = resumed ?? {};
    this.#ringer = start.source;
  }

  get id(): string {
    return this.start.id;
  }

  get state(): VisitState {
    return this.#state;
  }

  get trace(): VisitTrace {
    return this.#trace;
  }

  /** Who rang; `motion` when nobody has. */
  get ringer(): TriggerSource {
    return this.#ringer;
  }

  /** Somebody triggered while the visit went on. */
  join(source: TriggerSource): void {
    if (ringers.indexOf(source) > ringers.indexOf(this.#ringer)) this.#ringer = source;
  }

  advance(event: VisitEvent): VisitState {
    this.#state = advanceVisit(this.#state, event);
    return this.#state;
  }

  /** Notes the first time a point is reached, now; returns the milliseconds since the trigger. */
  note(point: keyof VisitTrace): number {
    const sinceTriggerMs = Math.max(0, Math.round((this.#clock.uptimeMs() - this.start.triggeredMs) * 10) / 10);
    if (!this.#isResumed && this.#trace[point] === undefined) this.#trace = { ...this.#trace, [point]: sinceTriggerMs };
    return sinceTriggerMs;
  }

  /** Tells the house. Notifications outlive the request that rang: what ties all that is told together is the visit's id. */
  readonly tell: Tell = (type, data) => {
    const { id } = this.start;
    const isFailure = data.errorType !== undefined || data['isStored'] === false;
    this.#events.emit({
      type,
      status: isFailure ? 'failure' : 'success',
      component: otherComponents.has(data.stage ?? '') ? String(data.stage) : 'visit',
      correlationId: id,
      data: { visitId: id, ...data },
    });
  };
}
