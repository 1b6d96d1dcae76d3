/**
 * notify/ - who is told, and how: what is said (announce), when not (rules), in which order (lane), by which channel
 * (channels/, one file each). visit composes and says when there is something; appliance lets it run.
 * Never: hold up a visit, send what the outbox does not know, or a picture to a place that its owner did not name.
 *
 * Decisions:
 * - Chosen: whoever was told of a ring is told who it was, known or not; known people who only pass are announced when
 *   `notify.known` says so. Rejected: no names of known people at all, as before. Why: a ring has disturbed already.
 * - Chosen: a channel's settings are said in its own file, and settings/ takes them from here. Rejected: settings/ knows
 *   every channel. Why: a channel is one file, secret marks included, and what is said twice drifts.
 * - Chosen: log lines about visitors carry ids. Rejected: "Ada is at the door" in the journal. Why: nobody can erase a
 *   name there; whoever watches the terminal reads it, and the visit's id leads to today's name.
 * - Chosen: waits count on the monotonic clock; one that an earlier life of the process has noted is judged anew, and is
 *   never longer than the longest of ours. Rejected: due times of the wall clock. Why: it steps, by hours on a Pi.
 */
import type { NewNotification, Notification, Trigger } from '../store/records.ts';
import type { Store, StoreWrites } from '../store/store.ts';
import type { Clock } from '../system/clock.ts';
import { within, type Waited } from '../system/deadline.ts';
import type { EventData, Events } from '../system/event.ts';
import type { Log } from '../system/log.ts';
import type { Random } from '../system/random.ts';
import { wordsOf } from '../system/error-words.ts';
import { nameNotifications, ringNotifications, testNotifications, type Audience, type NameNews } from './announce.ts';
import { announcementOf, type Announcement } from './announcement.ts';
import type { Channel, DeliveryResult } from './channel.ts';
import { Lane } from './lane.ts';
import { Messages, type MessageParts } from './messages.ts';
import type { NotifySettings } from './notify-settings.ts';
import { Rules } from './rules.ts';
import { Waits } from './waits.ts';

/** The outbox is looked at this often even when nobody says that there is something new. */
const lookMsMax = 30_000;
/** Notifications taken from the outbox at a time. */
const takenMax = 1000;
/** One note in the outbox may take this long. */
const writeMsMax = 5000;
/** Delivered notifications whose row could not be marked yet. */
const unmarkedMax = 1000;

export interface NotifierParts extends MessageParts {
  readonly store: Pick<Store, 'write'> & { readonly read: Pick<Store['read'], 'notificationsPending'> };
  readonly clock: Clock;
  readonly random: Random;
  readonly events: Events;
  readonly log: Log;
  readonly channels: readonly Channel[];
  readonly settings: Pick<NotifySettings, 'ratePerMinute' | 'quietHours' | 'known' | 'attemptsMax'>;
  /** Of the quiet hours; the machine's own when left out. */
  readonly timeZone?: string;
}

/** What a lane is to deliver: from the outbox, or from memory because the database could not take it. */
interface Errand {
  readonly notification: Notification;
  /** Undefined when it cannot be read. */
  readonly news: Announcement | undefined;
  readonly origin: 'outbox' | 'memory';
  readonly urgency: number;
}

/** Delivers the outbox at least once: until the channel has taken it, or until it has been tried often enough. */
export class Notifier {
  readonly #parts: NotifierParts;
  readonly #audience: Audience;
  readonly #rules: Rules;
  readonly #waits: Waits;
  readonly #messages: Messages;
  readonly #lanes = new Map<string, Lane<Errand>>();
  /** Channels that are nobody's of the household. */
  readonly #apart = new Map<string, Channel>();
  readonly #inHand = new Set<string>();
  readonly #elsewhere = new Set<string>();
  /** Delivered, but the database does not know it yet. */
  readonly #unmarked = new Set<string>();
  readonly #listeners = new Set<(notification: Notification) => void>();
  #waker = new AbortController();

  constructor(parts: NotifierParts) {
    const { channels, clock, random, settings, timeZone } = parts;
    this.#parts = parts;
    this.#audience = { channels, random, announcesKnown: settings.known };
    this.#rules = new Rules(clock, settings, timeZone);
    this.#waits = new Waits(clock, random);
    this.#messages = new Messages(parts);
  }

  /** What is in the outbox for this channel is delivered too, by the rules for a display, and nobody hears of it. */
  serveApart(channel: Channel): void {
    this.#apart.set(channel.name, channel);
  }

  /** What a ring tells; the caller stores it with the ring, and then says `send`. */
  ofRing(trigger: Trigger): readonly NewNotification[] {
    return ringNotifications(trigger, this.#audience);
  }

  /** What a decision tells. */
  ofName(news: NameNews): readonly NewNotification[] {
    return nameNotifications(news, this.#audience);
  }

  /** What tells nothing but that it arrives. */
  ofTest(): readonly NewNotification[] {
    return testNotifications(Math.round(this.#parts.clock.wallMs()), this.#audience);
  }

  /** These are in the outbox; or else they are delivered from memory, and only marked when their rows arrive after all. */
  send(notifications: readonly NewNotification[], where: 'outbox' | 'memory' = 'outbox'): void {
    if (where === 'outbox') return this.wake();
    for (const notification of notifications)
      this.#queue({ ...notification, attempts: 0, status: 'pending', lastError: undefined }, 'memory');
  }

  /** There may be something new in the outbox. */
  wake(): void {
    this.#waker.abort();
  }

  /** Until the signal: takes what is due from the outbox and delivers it. What is being delivered then, is. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = (): void => this.wake();
    signal.addEventListener('abort', stop, { once: true });
    const connected = this.#parts.channels.map(async (channel) => channel.run?.(signal));
    while (!signal.aborted) {
      this.#waker = new AbortController();
      const waitMs = this.#takeDue();
      await this.#parts.clock.sleep(waitMs, this.#waker.signal);
    }
    signal.removeEventListener('abort', stop);
    for (const lane of this.#lanes.values())
      // What is not in the outbox stays in the lane.
      for (const { notification } of lane.takeBack(({ origin }) => origin === 'outbox'))
        this.#inHand.delete(notification.id);
    for (const lane of this.#lanes.values()) await lane.done();
    await Promise.all(connected);
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

  /** Calls back with every notification that was delivered. Returns the way to stop. */
  subscribe(listener: (notification: Notification) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Queues everything due; returns how long nothing else will be. */
  #takeDue(): number {
    const { log, store } = this.#parts;
    try {
      const others = [...this.#inHand, ...this.#elsewhere, ...this.#waits.untilLater()];
      for (const notification of store.read.notificationsPending({ except: others, limit: takenMax }))
        if (this.#waits.isOver(notification)) this.#queue(notification, 'outbox');
      return Math.min(lookMsMax, this.#waits.nextMs() ?? lookMsMax);
    } catch (error) {
      log.error('cannot read the outbox', { error });
      return lookMsMax;
    }
  }

  #queue(notification: Notification, origin: Errand['origin']): void {
    const { id, channel } = notification;
    if (this.#inHand.has(id) || this.#elsewhere.has(id)) return;
    const news = announcementOf(notification.payload);
    const errand = { notification, news, origin, urgency: urgencyOf(notification, news) };
    if (this.#laneOf(channel).put(errand)) this.#inHand.add(id); // Otherwise it stays in the outbox.
  }

  #laneOf(name: string): Lane<Errand> {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const channel = this.#parts.channels.find((one) => one.name === name) ?? this.#apart.get(name);
    const act = async (errand: Errand): Promise<void> => {
      const { id } = errand.notification;
      const isNoted = await this.#deliver(channel, errand);
      if (!isNoted) this.#waits.atLeast(id, lookMsMax); // Or its row would be due again at once, while the disk is full.
      this.#inHand.delete(id);
    };
    const lane = new Lane<Errand>(act, () => this.wake());
    this.#lanes.set(name, lane);
    return lane;
  }

  /** True when the outbox, where it knows of the notification, knows what became of it. */
  async #deliver(channel: Channel | undefined, errand: Errand): Promise<boolean> {
    const { notification, news } = errand;
    if (this.#unmarked.has(notification.id)) return this.#markSent(errand);
    if (channel === undefined) return this.#suppress(notification, `there is no channel ${notification.channel}`);
    if (news === undefined) return this.#failed(notification, unreadable);
    // A repeat was admitted before.
    const isApart = this.#apart.has(channel.name);
    const isAsked = notification.priority !== 'critical' && notification.attempts === 0;
    const objection = isAsked ? this.#rules.objectionTo(news, channel) : undefined;
    if (objection !== undefined) return this.#suppress(notification, objection);
    const delivery = channel.deliver(this.#messages.of(notification, news));
    const result = resultOf(await within(this.#parts.clock, channel.deliverMsMax, delivery), channel);
    if (result.outcome !== 'delivered') return this.#failed(notification, result);
    this.#messages.noteDelivered(notification, result.reference);
    this.#emit('NOTIFICATION_SENT', notification, {});
    if (!isApart) this.#listeners.forEach((listener) => listener(notification));
    return this.#markSent(errand);
  }

  async #markSent({ notification: { id }, origin }: Errand): Promise<boolean> {
    if (this.#unmarked.size < unmarkedMax) this.#unmarked.add(id);
    if (origin === 'memory') return true; // There is no row to mark yet.
    const isMarked = await this.#write('notificationSent', { id, atMs: Math.round(this.#parts.clock.wallMs()) });
    if (isMarked) this.#unmarked.delete(id);
    return isMarked;
  }

  async #suppress({ id, visitId, channel }: Notification, reason: string): Promise<boolean> {
    this.#parts.log.info('a notification is suppressed', { correlation_id: visitId ?? id, channel, reason });
    return this.#write('notificationSuppressed', { id, reason });
  }

  async #failed(notification: Notification, result: Failed): Promise<boolean> {
    const { clock, log, settings } = this.#parts;
    const { id, attempts, channel, visitId } = notification;
    const { reason, retryAfterMs } = result;
    const isLast = result.outcome === 'refused' || attempts + 1 >= settings.attemptsMax;
    const correlation = { correlation_id: visitId ?? id };
    log.warn('a notification was not delivered', { ...correlation, channel, attempts: attempts + 1, reason, isLast });
    if (isLast) this.#emit('NOTIFICATION_FAILED', notification, { reason });
    const waitMs = isLast ? undefined : this.#waits.begin(notification, retryAfterMs);
    const dueMs = waitMs === undefined ? undefined : Math.round(clock.wallMs() + waitMs);
    return this.#write('notificationFailed', { id, error: reason, dueMs });
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
    if (this.#apart.has(channel)) return;
    this.#parts.events.emit({
      type,
      status: type === 'NOTIFICATION_SENT' ? 'success' : 'failure',
      component: 'notify',
      ...(visitId === undefined ? {} : { correlationId: visitId }),
      data: { ...(visitId === undefined ? {} : { visitId }), channel, notificationKind: kind, ...more },
    });
  }
}

type Failed = DeliveryResult & { readonly outcome: 'retry' | 'refused' };
const unreadable: Failed = { outcome: 'refused', reason: 'cannot read what is to be told' };

/** A visitor who waits at the door goes before whoever rings from elsewhere. */
function urgencyOf({ priority }: Notification, news: Announcement | undefined): number {
  if (priority === 'critical') return 0;
  return news?.source === 'button' ? 1 : 2;
}

function resultOf(waited: Waited<DeliveryResult>, { deliverMsMax }: Channel): DeliveryResult {
  switch (waited.outcome) {
    case 'done':
      return waited.value;
    case 'failed':
      return { outcome: 'retry', reason: wordsOf(waited.error) };
    case 'late':
      return { outcome: 'retry', reason: `no answer for ${deliverMsMax} ms` };
  }
}
