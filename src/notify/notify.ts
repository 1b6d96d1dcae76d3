/**
 * notify/ - who is told, and how: what is said (announce), when not (quiet hours, rates), and by which channel.
 * Composed by visit; the outbox is emptied by appliance.
 * Never: hold up a visit, send what the outbox does not know, or a picture to a place that its owner did not name.
 */
import type { NewNotification, Notification } from '../store/records.ts';
import type { Store, StoreWrites } from '../store/store.ts';
import type { Clock } from '../system/clock.ts';
import type { EventData, Events } from '../system/event.ts';
import type { Log } from '../system/log.ts';
import type { Random } from '../system/random.ts';
import { within, type Waited } from '../system/deadline.ts';
import { isQuiet } from './quiet-hours.ts';
import { wordsOf } from '../system/error-words.ts';

/** The outbox is looked at this often even when nobody says that there is something new. */
const lookMsMax = 30_000;
/** Notifications taken from the outbox at a time. */
const takenMax = 1000;
/** A channel that does not answer within this is tried again later. */
const deliverMsMax = 15_000;
const retryDelayMsMin = 2000;
const retryDelayMsMax = 15 * 60_000;
/** A receiver may ask for this much patience. */
const retryAfterMsMax = 60 * 60_000;
/** One note in the outbox may take this long. */
const writeMsMax = 5000;
const rateWindowMs = 60_000;
/** Delivered notifications whose row could not be marked yet. */
const unmarkedMax = 1000;

export type DeliveryResult =
  | { readonly outcome: 'delivered' }
  /** `retry`: it may work later. `refused`: it will not. */
  | { readonly outcome: 'retry' | 'refused'; readonly reason: string; readonly retryAfterMs?: number };

/** A way to tell people. */
export interface Channel {
  readonly name: string;
  /** Displays hear of known visitors too. */
  readonly isDisplay: boolean;
  /** Bounded by `deliverMsMax`; the idempotency key is the same at every attempt. */
  deliver(notification: Notification): Promise<DeliveryResult>;
}

export interface NotifierParts {
  readonly store: Pick<Store, 'write'> & {
    readonly read: Pick<Store['read'], 'notificationsDue' | 'nextNotificationMs'>;
  };
  readonly clock: Clock;
  readonly random: Random;
  readonly events: Events;
  readonly log: Log;
  readonly channels: readonly Channel[];
  readonly settings: { readonly ratePerMinute: number; readonly quietHours: string; readonly attemptsMax: number };
  /** Of the quiet hours; the machine's own when left out. */
  readonly timeZone?: string;
}

/** What a lane is to deliver: from the outbox, or from memory because the database could not take it. */
interface Errand {
  readonly notification: Notification;
  readonly origin: 'outbox' | 'memory';
}

/** Notifications of one channel, delivered one after the other; a slow channel does not hold up the others. */
interface Lane {
  readonly channel: Channel | undefined;
  readonly errands: Errand[];
  work: Promise<void> | undefined;
  /** `clock.uptimeMs()` of the deliveries admitted in the last minute. */
  admittedMs: readonly number[];
}

/** Delivers the outbox at least once: until the channel has taken it, or until it has been tried often enough. */
export class Notifier {
  readonly #parts: NotifierParts;
  readonly #lanes: ReadonlyMap<string, Lane>;
  readonly #inHand = new Set<string>();
  readonly #elsewhere = new Set<string>();
  /** Delivered, but the database does not know it yet. */
  readonly #unmarked = new Set<string>();
  readonly #listeners = new Set<(notification: Notification) => void>();
  #waker = new AbortController();

  constructor(parts: NotifierParts) {
    this.#parts = parts;
    this.#lanes = new Map(parts.channels.map((channel) => [channel.name, laneFor(channel)]));
  }

  /** Until the signal: takes what is due from the outbox and delivers it. What is being delivered then, is. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = (): void => this.wake();
    signal.addEventListener('abort', stop, { once: true });
    while (!signal.aborted) {
      this.#waker = new AbortController();
      const waitMs = this.#takeDue();
      await this.#parts.clock.sleep(waitMs, this.#waker.signal);
    }
    signal.removeEventListener('abort', stop);
    for (const lane of this.#lanes.values()) this.#giveBack(lane);
    for (const lane of this.#lanes.values()) await lane.work;
  }

  /** Ids of the notifications that are being delivered. */
  get inHand(): readonly string[] {
    return [...this.#inHand];
  }

  /** Another process delivers these: they are left alone until `takeFromOther`. */
  leaveToOther(ids: readonly string[]): void {
    for (const id of ids) this.#elsewhere.add(id);
  }

  /** The other process has ended its deliveries: what is still due is delivered here. */
  takeFromOther(): void {
    this.#elsewhere.clear();
    this.wake();
  }

  /** There may be something new in the outbox. */
  wake(): void {
    this.#waker.abort();
  }

  /** Delivers what the database could not take. When its row arrives after all, it is only marked. */
  tell(notifications: readonly NewNotification[]): void {
    for (const notification of notifications) {
      const told: Notification = { ...notification, attempts: 0, status: 'pending', lastError: undefined };
      this.#queue({ notification: told, origin: 'memory' });
    }
  }

  /** Calls back with every notification that was delivered. Returns the way to stop. */
  subscribe(listener: (notification: Notification) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Queues everything due; returns how long nothing else will be. */
  #takeDue(): number {
    const { clock, log, store } = this.#parts;
    try {
      const nowMs = clock.wallMs();
      for (const notification of store.read.notificationsDue(nowMs, takenMax))
        this.#queue({ notification, origin: 'outbox' });
      const nextMs = store.read.nextNotificationMs() ?? Number.POSITIVE_INFINITY;
      // What is due already is in hand, and whoever holds it wakes us.
      return nextMs <= nowMs ? lookMsMax : Math.min(lookMsMax, nextMs - nowMs);
    } catch (error) {
      log.error('cannot read the outbox', { error });
      return retryDelayMsMin;
    }
  }

  #queue(errand: Errand): void {
    const { id, channel } = errand.notification;
    if (this.#inHand.has(id) || this.#elsewhere.has(id)) return;
    const lane = this.#lanes.get(channel) ?? laneFor(undefined);
    if (lane.errands.length >= takenMax) return; // It stays in the outbox.
    this.#inHand.add(id);
    lane.errands.push(errand);
    lane.work ??= this.#empty(lane);
  }

  /** What waits in the lane stays in the outbox; what is not in the outbox stays in the lane. */
  #giveBack(lane: Lane): void {
    const kept = lane.errands.filter(({ origin }) => origin === 'memory');
    for (const { notification, origin } of lane.errands.splice(0))
      if (origin === 'outbox') this.#inHand.delete(notification.id);
    lane.errands.push(...kept);
  }

  async #empty(lane: Lane): Promise<void> {
    let isNoted = true;
    for (let next = lane.errands.shift(); next !== undefined; next = lane.errands.shift()) {
      isNoted = (await this.#deliver(lane, next)) && isNoted;
      this.#inHand.delete(next.notification.id);
    }
    lane.work = undefined;
    if (isNoted) this.wake(); // Otherwise the same rows would be due again at once, for as long as the disk is full.
  }

  /** True when the outbox, where it knows of the notification, knows what became of it. */
  async #deliver(lane: Lane, errand: Errand): Promise<boolean> {
    const { notification } = errand;
    if (this.#unmarked.has(notification.id)) return this.#markSent(errand);
    const objection = this.#objectionTo(lane, notification);
    if (objection !== undefined || lane.channel === undefined) {
      const reason = objection ?? `there is no channel ${notification.channel}`;
      this.#parts.log.info('a notification is suppressed', { visitId: notification.visitId, reason });
      return this.#write('notificationSuppressed', { id: notification.id, reason });
    }
    const delivery = within(this.#parts.clock, deliverMsMax, lane.channel.deliver(notification));
    const result = resultOf(await delivery);
    if (result.outcome !== 'delivered') return this.#failed(notification, result);
    this.#emit('NOTIFICATION_SENT', notification, {});
    this.#listeners.forEach((listener) => listener(notification));
    return this.#markSent(errand);
  }

  /** Why it is not sent at all. Critical ones always are, a repeat was admitted before, and a display disturbs nobody. */
  #objectionTo(lane: Lane, notification: Notification): string | undefined {
    const { clock, settings, timeZone } = this.#parts;
    if (notification.priority === 'critical' || notification.attempts > 0) return undefined;
    if (notification.kind !== 'test' && isQuiet(settings.quietHours, clock.wallMs(), timeZone))
      return `quiet hours (${settings.quietHours})`;
    if (lane.channel?.isDisplay === true) return undefined;
    const nowMs = clock.uptimeMs();
    lane.admittedMs = lane.admittedMs.filter((atMs) => nowMs - atMs < rateWindowMs);
    if (lane.admittedMs.length >= settings.ratePerMinute)
      return `more than ${settings.ratePerMinute} notifications in a minute`;
    lane.admittedMs = [...lane.admittedMs, nowMs];
    return undefined;
  }

  async #markSent({ notification: { id }, origin }: Errand): Promise<boolean> {
    if (this.#unmarked.size < unmarkedMax) this.#unmarked.add(id);
    if (origin === 'memory') return true; // There is no row to mark yet.
    const isMarked = await this.#write('notificationSent', { id, atMs: Math.round(this.#parts.clock.wallMs()) });
    if (isMarked) this.#unmarked.delete(id);
    return isMarked;
  }

  async #failed(
    notification: Notification,
    result: DeliveryResult & { outcome: 'retry' | 'refused' },
  ): Promise<boolean> {
    const { clock, log, settings } = this.#parts;
    const { id, attempts, channel } = notification;
    const isLast = result.outcome === 'refused' || attempts + 1 >= settings.attemptsMax;
    const dueMs = isLast ? undefined : Math.round(clock.wallMs() + this.#retryDelayMs(attempts, result.retryAfterMs));
    log.warn('a notification was not delivered', { channel, attempts: attempts + 1, reason: result.reason, isLast });
    if (isLast) this.#emit('NOTIFICATION_FAILED', notification, { reason: result.reason });
    return this.#write('notificationFailed', { id, error: result.reason, dueMs });
  }

  /** Doubles with every attempt, with full jitter; never sooner than the receiver asks. */
  #retryDelayMs(attempts: number, retryAfterMs: number | undefined): number {
    const wholeMs = Math.min(retryDelayMsMax, retryDelayMsMin * 2 ** Math.min(attempts + 1, 20));
    const jitteredMs = Math.max(retryDelayMsMin, wholeMs * this.#parts.random.fraction());
    return Math.max(jitteredMs, Math.min(retryAfterMs ?? 0, retryAfterMsMax));
  }

  async #write<Name extends 'notificationSent' | 'notificationFailed' | 'notificationSuppressed'>(
    name: Name,
    input: StoreWrites[Name]['input'],
  ): Promise<boolean> {
    const written = await within(this.#parts.clock, writeMsMax, this.#parts.store.write(name, input));
    if (written.outcome === 'done') return true;
    const reason = written.outcome === 'late' ? `no answer for ${writeMsMax} ms` : wordsOf(written.error);
    this.#parts.log.error('the outbox cannot be written', { write: name, reason });
    return false;
  }

  #emit(type: 'NOTIFICATION_SENT' | 'NOTIFICATION_FAILED', notification: Notification, more: EventData): void {
    const { channel, kind, visitId } = notification;
    const status = type === 'NOTIFICATION_SENT' ? 'success' : 'failure';
    const visit = visitId === undefined ? {} : { visitId };
    const data = { ...visit, channel, notificationKind: kind, ...more };
    this.#parts.events.emit({
      type,
      status,
      component: 'notify',
      ...(visitId === undefined ? {} : { correlationId: visitId }),
      data,
    });
  }
}

function laneFor(channel: Channel | undefined): Lane {
  return { channel, errands: [], work: undefined, admittedMs: [] };
}

function resultOf(waited: Waited<DeliveryResult>): DeliveryResult {
  switch (waited.outcome) {
    case 'done':
      return waited.value;
    case 'failed':
      return { outcome: 'retry', reason: wordsOf(waited.error) };
    case 'late':
      return { outcome: 'retry', reason: `no answer for ${deliverMsMax} ms` };
  }
}
