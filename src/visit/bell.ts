import type { Notification, PressKind, Trigger, TriggerSource, Visit } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { decide } from './decide.ts';
import { recordFault } from './record.ts';
import { burstFramesOf, joinVisit } from './ring.ts';
import type { TriggerTarget } from './trigger.ts';
import { finishVisit } from './unfinished.ts';
import { handleVisit } from './visit.ts';
import type { VisitParts } from './visit-parts.ts';
import { mayJoin } from './visit-state.ts';
import { VisitUnderWay } from './visit-under-way.ts';
import { wordsOf } from '../system/error-words.ts';

/** Visits at the same time: one is looked at, the others are being recorded. A press beyond joins the newest. */
const visitsUnderWayMax = 4;
/** Ended visits whose notifications may still be timed. */
const endedVisitsKept = 8;

export interface RingRequest {
  readonly source: TriggerSource;
  readonly press?: PressKind;
  /** Of a press that another process has counted already: its row bears this name. */
  readonly triggerId?: string;
}

export type RingResult =
  | { readonly outcome: 'ringing'; readonly visitId: string; readonly joined: boolean }
  | { readonly outcome: 'refused'; readonly message: string };

export interface BellParts extends VisitParts {
  readonly reads: Pick<Store['read'], 'unfinishedVisits' | 'triggersOf'>;
}

interface Under {
  readonly visit: VisitUnderWay;
  readonly ended: Promise<void>;
}

/** Starts visits, lets presses join them, and finishes what a restart found unfinished. */
export class Bell implements TriggerTarget {
  readonly #parts: BellParts;
  readonly #underWay = new Map<string, Under>();
  #ended: readonly VisitUnderWay[] = [];
  #lastEndedMs: number | undefined;
  #isClosed = false;

  constructor(parts: BellParts) {
    this.#parts = parts;
  }

  /** Resolves as soon as the bell has rung; the name comes later. */
  async ring(request: RingRequest): Promise<RingResult> {
    if (this.#isClosed)
      return { outcome: 'refused', message: 'cannot ring: the bell is stopping, ask again in a moment' };
    const newest = [...this.#underWay.values()].at(-1)?.visit;
    if (newest !== undefined && request.source === 'motion')
      return { outcome: 'ringing', visitId: newest.id, joined: true };
    if (newest !== undefined && (mayJoin(newest.state) || this.#underWay.size >= visitsUnderWayMax)) {
      const isJoined = await joinVisit(this.#parts, newest, this.#triggerOf(newest.id, request));
      if (isJoined) return { outcome: 'ringing', visitId: newest.id, joined: true };
    }
    const visit = this.#start(request);
    const path = handleVisit(this.#parts, visit);
    this.#follow(visit, path.ended);
    await path.rung;
    return { outcome: 'ringing', visitId: visit.id, joined: false };
  }

  /** The press under way became a hold: noted with its visit, not announced again. */
  async noteHold(): Promise<void> {
    const newest = [...this.#underWay.values()].at(-1)?.visit;
    if (newest === undefined || newest.start.source !== 'button') return;
    const trigger = this.#triggerOf(newest.id, { source: 'button', press: 'hold' });
    await this.#parts.ledger.write(newest.id, 'addTrigger', { trigger, notifications: [] });
  }

  /** Finishes the visits that the last life of the process left behind; returns how many. Never rejects. */
  async finishUnfinished(): Promise<number> {
    let finished = 0;
    // Judged at once: one that is under way here now is decided when its turn would come.
    for (const visit of this.#unfinished().filter(({ id }) => !this.isUnderWay(id))) {
      await this.#finish(visit).catch((error: unknown) => this.#giveUp(visit, error));
      finished += 1;
    }
    return finished;
  }

  /** A notification of a visit has reached somebody. */
  noteNotified(notification: Pick<Notification, 'visitId'>): void {
    const { ledger } = this.#parts;
    const underWay = [...this.#underWay.values()].map(({ visit }) => visit);
    const visit = [...underWay, ...this.#ended].find(({ id }) => id === notification.visitId);
    if (visit === undefined || visit.trace.notified !== undefined) return;
    const notified = visit.note('notified');
    visit.tell('PERFORMANCE_METRIC', { stage: 'notified', durationMs: notified });
    // While the visit is looked at, its decision will carry the trace.
    if (visit.state.phase !== 'looking')
      void ledger.write(visit.id, 'saveTrace', { visitId: visit.id, trace: { notified } });
  }

  /** Resolves when no visit is under way. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all([...this.#underWay.values()].map(({ ended }) => ended));
  }

  /** Refuses new rings and waits for the visits under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.idle();
  }

  get visitsUnderWay(): number {
    return this.#underWay.size;
  }

  /** When the oldest visit under way began (`clock.uptimeMs()`); undefined when there is none. */
  get oldestStartMs(): number | undefined {
    return this.#underWay.values().next().value?.visit.start.triggeredMs;
  }

  get lastActiveMs(): number | undefined {
    return this.#underWay.size > 0 ? this.#parts.clock.uptimeMs() : this.#lastEndedMs;
  }

  /** Whether the files of this visit are still needed although the database may not know it. */
  isUnderWay(visitId: string): boolean {
    return this.#underWay.has(visitId) || this.#parts.ledger.isWaiting(visitId);
  }

  #start(request: RingRequest): VisitUnderWay {
    const { clock, random } = this.#parts;
    const start = {
      id: random.id(),
      triggerId: request.triggerId ?? random.id(),
      source: request.source,
      press: pressOf(request),
      triggeredMs: clock.uptimeMs(),
      startedMs: Math.round(clock.wallMs()),
      burstFrames: burstFramesOf(this.#parts),
    };
    return new VisitUnderWay(start, this.#parts);
  }

  #triggerOf(visitId: string, request: RingRequest): Trigger {
    const { clock, random } = this.#parts;
    return {
      id: request.triggerId ?? random.id(),
      visitId,
      source: request.source,
      press: pressOf(request),
      atMs: Math.round(clock.wallMs()),
    };
  }

  #unfinished(): readonly Visit[] {
    try {
      return this.#parts.reads.unfinishedVisits();
    } catch (error) {
      this.#parts.log.error('cannot read the unfinished visits', { error });
      return [];
    }
  }

  async #finish(visit: Visit): Promise<void> {
    const sources = this.#parts.reads.triggersOf(visit.id).map(({ source }) => source);
    await finishVisit(this.#parts, visit, sources);
  }

  #follow(visit: VisitUnderWay, path: Promise<void>): void {
    const ended = path
      .catch((error: unknown) => this.#giveUp(visit, error))
      .finally(() => {
        this.#underWay.delete(visit.id);
        this.#ended = [visit, ...this.#ended].slice(0, endedVisitsKept);
        this.#lastEndedMs = this.#parts.clock.uptimeMs();
      });
    this.#underWay.set(visit.id, { visit, ended });
  }

  /** A fault of ours must not leave a visit that every restart stumbles over. */
  async #giveUp(visit: Pick<Visit, 'id' | 'trace'>, error: unknown): Promise<void> {
    const { events, inference, log, settings } = this.#parts;
    const reason = `the visit was stopped by a fault: ${wordsOf(error)}`;
    log.error('a visit was stopped by a fault', { correlation_id: visit.id, error });
    const fault = { errorType: 'visit-failed', severity: 'critical', reason, visitId: visit.id } as const;
    events.emit({
      type: 'COMPONENT_ERROR',
      status: 'failure',
      component: 'visit',
      correlationId: visit.id,
      data: fault,
    });
    const nothingSeen = decide([], { recognition: settings.recognition, recogniser: inference.recogniser });
    await recordFault(this.#parts, visit, { ...nothingSeen, reason });
  }
}

/** A press of the API or of a command counts as a plain one; motion presses nothing. */
function pressOf({ source, press }: RingRequest): PressKind | undefined {
  return source === 'motion' ? undefined : (press ?? 'press');
}
