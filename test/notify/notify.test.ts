import assert from 'node:assert/strict';
import test from 'node:test';
import type { NewNotification } from '../../src/store/records.ts';
import { StoreFault } from '../../src/store/store.ts';
import { Notifier, type NotifierParts } from '../../src/notify/notify.ts';
import { isQuiet } from '../../src/notify/quiet-hours.ts';
import { PlainStore } from '../fakes/plain-store.ts';
import { RecordingEvents, RecordingLog } from '../fakes/recorders.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';
import { RecordingChannel } from '../visit/visit-world.ts';

function startNotifier(settings: Partial<NotifierParts['settings']> = {}) {
  const clock = new SteppedClock({ wallStartMs: Date.UTC(2026, 0, 1, 12) });
  const events = new RecordingEvents();
  const store = new PlainStore();
  const phone = new RecordingChannel('phone', clock);
  const other = new RecordingChannel('other', clock);
  const all = { ratePerMinute: 10, quietHours: '', attemptsMax: 3, ...settings };
  const notifier = new Notifier({
    store, clock, events, random: new SeededRandom(), log: new RecordingLog(), channels: [phone, other], settings: all, timeZone: 'UTC',
  }); // prettier-ignore
  const ending = new AbortController();
  const running = notifier.run(ending.signal);
  const put = async (...notifications: NewNotification[]): Promise<void> => {
    await store.write('addNotifications', { notifications });
    notifier.wake();
    await clock.advance(1);
  };
  const statuses = (): string[] => statusesOf(store);
  const stop = async (): Promise<void> => {
    ending.abort();
    await clock.advance(20_000);
    await running;
    await store.close();
  };
  return { clock, events, store, phone, other, notifier, put, statuses, stop };
}

/** All notifications of these tests belong to one visit, so that they can be read back. */
function statusesOf(store: PlainStore): string[] {
  return store.read
    .notificationsOf('visit')
    .map(({ status, lastError }) => (lastError === undefined ? status : `${status}: ${lastError}`));
}

async function openVisit(store: PlainStore): Promise<void> {
  const trigger = { id: 'trigger', visitId: 'visit', source: 'api', press: undefined, atMs: 0 } as const;
  await store.write('openVisit', { visit: { id: 'visit', source: 'api', startedMs: 0 }, trigger, notifications: [] });
}

const notification = (number: number, more: Partial<NewNotification> = {}): NewNotification => ({
  id: `n${number}`, visitId: 'visit', kind: 'ring', channel: 'phone', priority: 'normal', idempotencyKey: `key-${number}`,
  payload: JSON.stringify({ text: `text ${number}`, visitId: 'visit' }), dueMs: 0, createdMs: number, ...more,
}); // prettier-ignore

test('what is in the outbox is delivered once and marked', async () => {
  const { events, store, phone, put, statuses, clock, stop } = startNotifier();
  await openVisit(store);
  await put(notification(1), notification(2));
  await clock.advance(120_000);
  assert.deepEqual(phone.texts, ['text 1', 'text 2']);
  assert.deepEqual(statuses(), ['sent', 'sent']);
  assert.equal(events.of('NOTIFICATION_SENT').length, 2);
  await stop();
});

test('a channel that fails is tried again with the same key, later each time, and given up in the end', async () => {
  const { clock, events, store, phone, put, statuses, stop } = startNotifier();
  await openVisit(store);
  const attemptsMs: number[] = [];
  phone.answer = () => {
    attemptsMs.push(clock.uptimeMs());
    return { outcome: 'retry', reason: 'no network' };
  };
  await put(notification(1));
  await clock.advance(10 * 60_000);
  assert.equal(attemptsMs.length, 3);
  assert.ok((attemptsMs[1] ?? 0) - (attemptsMs[0] ?? 0) >= 2000);
  assert.deepEqual(statuses(), ['failed: no network']);
  assert.deepEqual(
    events.of('NOTIFICATION_FAILED').map(({ data }) => data?.channel),
    ['phone'],
  );
  await stop();
});

test('a receiver that asks for patience is not asked before', async () => {
  const { clock, store, phone, put, stop } = startNotifier();
  await openVisit(store);
  phone.answer = (attempt) =>
    attempt === 1 ? { outcome: 'retry', reason: 'busy', retryAfterMs: 90_000 } : { outcome: 'delivered' };
  await put(notification(1));
  await clock.advance(89_000);
  assert.equal(phone.told.length, 0);
  await clock.advance(2000);
  assert.equal(phone.told.length, 1);
  await stop();
});

test('what a receiver refuses is not tried again', async () => {
  const { clock, store, phone, put, statuses, stop } = startNotifier();
  await openVisit(store);
  let attempts = 0;
  phone.answer = () => {
    attempts += 1;
    return { outcome: 'refused', reason: 'the webhook answered 404' };
  };
  await put(notification(1));
  await clock.advance(600_000);
  assert.equal(attempts, 1);
  assert.deepEqual(statuses(), ['failed: the webhook answered 404']);
  await stop();
});

test('a channel that hangs holds up nobody else, and is tried again', async () => {
  const { clock, store, phone, other, put, statuses, stop } = startNotifier();
  await openVisit(store);
  phone.answer = (attempt) => (attempt === 1 ? new Promise(() => {}) : { outcome: 'delivered' });
  await put(notification(1), notification(2, { channel: 'other' }));
  assert.deepEqual(other.texts, ['text 2']);
  await clock.advance(60_000);
  assert.deepEqual(phone.texts, ['text 1']);
  assert.deepEqual(statuses(), ['sent', 'sent']);
  await stop();
});

test('more than ten a minute are suppressed, with the reason; critical ones never', async () => {
  const { clock, events, store, phone, put, statuses, stop } = startNotifier();
  await openVisit(store);
  const many = Array.from({ length: 12 }, (_, i) => notification(i + 1));
  await put(...many, notification(13, { priority: 'critical', kind: 'watched' }));
  assert.equal(phone.told.length, 11);
  assert.deepEqual([...new Set(statuses())], ['sent', 'suppressed: more than 10 notifications in a minute']);
  assert.equal(events.of('NOTIFICATION_FAILED').length, 0);
  await clock.advance(61_000);
  await put(notification(14));
  assert.equal(phone.texts.at(-1), 'text 14');
  await stop();
});

test('a display shows them all: nobody is disturbed by a line too many', async () => {
  const { store, phone, put, statuses, stop } = startNotifier({ ratePerMinute: 1 });
  await openVisit(store);
  phone.isDisplay = true;
  await put(notification(1), notification(2), notification(3));
  assert.deepEqual(phone.texts, ['text 1', 'text 2', 'text 3']);
  assert.deepEqual(new Set(statuses()), new Set(['sent']));
  await stop();
});

test('quiet hours suppress all but critical ones and tests', async () => {
  const { store, phone, put, statuses, stop } = startNotifier({ quietHours: '11:00-13:00' });
  await openVisit(store);
  await put(notification(1), notification(2, { priority: 'critical' }), notification(3, { kind: 'test' }));
  assert.deepEqual(phone.texts, ['text 2', 'text 3']);
  assert.deepEqual(statuses(), ['suppressed: quiet hours (11:00-13:00)', 'sent', 'sent']);
  await stop();
});

test('quiet hours reach over midnight, and begin and end on the minute', () => {
  const at = (hours: number, minutes: number): number => Date.UTC(2026, 5, 1, hours, minutes);
  const quiet = [at(21, 59), at(22, 0), at(0, 0), at(6, 59), at(7, 0)].map((ms) => isQuiet('22:00-07:00', ms, 'UTC'));
  assert.deepEqual(quiet, [false, true, true, true, false]);
  assert.equal(isQuiet('', at(3, 0), 'UTC'), false);
  assert.equal(isQuiet('22:00-07:00', at(20, 30), 'Europe/Berlin'), true, 'local time counts');
});

test('a notification for a channel that is no longer set up is suppressed', async () => {
  const { store, put, statuses, stop } = startNotifier();
  await openVisit(store);
  await put(notification(1, { channel: 'pager' }));
  assert.deepEqual(statuses(), ['suppressed: there is no channel pager']);
  await stop();
});

test('what was delivered while the database could not note it is not delivered again in this life', async () => {
  const { clock, store, phone, put, statuses, stop } = startNotifier();
  await openVisit(store);
  store.before = (name) => {
    if (name === 'notificationSent') throw new StoreFault('cannot write: the disk is full', 'full');
  };
  await put(notification(1));
  await clock.advance(300_000);
  assert.equal(phone.told.length, 1);
  assert.deepEqual(statuses(), ['pending']);
  store.before = () => {};
  await clock.advance(60_000);
  assert.equal(phone.told.length, 1);
  assert.deepEqual(statuses(), ['sent']);
  await stop();
});
