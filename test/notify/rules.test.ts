import assert from 'node:assert/strict';
import test from 'node:test';
import { isQuiet } from '../../src/notify/rules.ts';
import { notification, openVisit, startNotifier } from './running-notifier.ts';

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
  await put(notification(1), notification(2, { priority: 'critical' }), notification(3, {}, { kind: 'test' }));
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

test('a repeat was admitted before: quiet hours that have begun since do not keep it back', async () => {
  const { clock, store, phone, put, statuses, stop } = startNotifier({ quietHours: '12:01-13:00' });
  await openVisit(store);
  phone.answer = (attempt) =>
    attempt === 1 ? { outcome: 'retry', reason: 'busy', retryAfterMs: 120_000 } : { outcome: 'delivered' };
  await put(notification(1));
  await clock.advance(121_000);
  assert.deepEqual(phone.texts, ['text 1']);
  assert.deepEqual(statuses(), ['sent']);
  await stop();
});

test('whoever rings through the API takes nothing from the button, and rings nothing from names', async () => {
  const { store, phone, put, stop } = startNotifier({ ratePerMinute: 3 });
  await openVisit(store);
  const flood = Array.from({ length: 50 }, (_, i) => notification(i, {}, { source: 'api' }));
  await put(...flood);
  assert.equal(phone.told.length, 3);
  await put(notification(100), notification(101, {}, { source: 'motion', kind: 'name' }));
  await put(notification(102, {}, { source: 'api', kind: 'name' }), notification(103, {}, { kind: 'name' }));
  assert.deepEqual(phone.texts.slice(3), ['text 100', 'text 101', 'text 102', 'text 103']);
  const rung = Array.from({ length: 5 }, (_, i) => notification(200 + i));
  await put(...rung);
  assert.equal(phone.told.length, 9, 'and the button has its own bound');
  await stop();
});

test('a visitor at the door is announced before the rings from elsewhere that wait already', async () => {
  const { clock, store, phone, put, stop } = startNotifier({ ratePerMinute: 100 });
  await openVisit(store);
  const first = Promise.withResolvers<void>();
  phone.answer = async (attempt) => {
    if (attempt === 1) await first.promise;
    return { outcome: 'delivered' };
  };
  const api = { source: 'api' };
  await put(notification(1, {}, api), notification(2, {}, api), notification(3, {}, api));
  await put(notification(4), notification(5), notification(6, { priority: 'critical' }));
  first.resolve();
  await clock.advance(10);
  assert.deepEqual(phone.texts, ['text 1', 'text 6', 'text 4', 'text 5', 'text 2', 'text 3']);
  await stop();
});

test('quiet hours keep to the clocks of the household on the nights when they change', () => {
  const quiet = (iso: string, range = '22:00-07:00'): boolean => isQuiet(range, Date.parse(iso), 'Europe/Berlin');
  // Spring: 2:00 becomes 3:00 at 1:00 UTC. Quiet from 21:00 UTC of the evening before to 5:00 UTC.
  const spring = [
    '2026-03-28T20:59Z',
    '2026-03-28T21:00Z',
    '2026-03-29T00:59Z',
    '2026-03-29T04:59Z',
    '2026-03-29T05:00Z',
  ];
  assert.deepEqual(
    spring.map((at) => quiet(at)),
    [false, true, true, true, false],
  );
  // Autumn: 3:00 becomes 2:00 at 1:00 UTC. Quiet from 20:00 UTC to 6:00 UTC, an hour longer.
  const autumn = [
    '2026-10-24T19:59Z',
    '2026-10-24T20:00Z',
    '2026-10-25T01:30Z',
    '2026-10-25T05:59Z',
    '2026-10-25T06:00Z',
  ];
  assert.deepEqual(
    autumn.map((at) => quiet(at)),
    [false, true, true, true, false],
  );
  const twice = ['2026-10-25T00:15Z', '2026-10-25T01:15Z', '2026-10-25T02:15Z'];
  assert.deepEqual(
    twice.map((at) => quiet(at, '02:00-03:00')),
    [true, true, false],
  );
});
