import assert from 'node:assert/strict';
import test from 'node:test';
import { notification, openVisit, startNotifier } from './running-notifier.ts';

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

const hour = 60 * 60_000;
for (const [name, stepMs] of [
  ['back two hours', -2 * hour],
  ['back to 1970', -Date.UTC(2026, 0, 1)],
  ['ahead two hours', 2 * hour],
  ['ahead a year', 8760 * hour],
] as const)
  test(`a clock that steps ${name} neither delays nor hurries a second attempt`, async () => {
    const { clock, store, phone, put, statuses, stop } = startNotifier();
    await openVisit(store);
    phone.answer = (attempt) =>
      attempt === 1 ? { outcome: 'retry', reason: 'busy', retryAfterMs: 60_000 } : { outcome: 'delivered' };
    await put(notification(1));
    clock.wallStartMs += stepMs;
    await put(notification(2));
    assert.deepEqual(phone.texts, ['text 2'], 'what is new is told at once');
    await clock.advance(58_000);
    assert.equal(phone.told.length, 1);
    await clock.advance(3000);
    assert.deepEqual(phone.texts, ['text 2', 'text 1']);
    assert.deepEqual(statuses(), ['sent', 'sent']);
    await stop();
  });

test('what waited in an earlier life is judged anew: a clock that has stepped since costs a quarter of an hour at most', async () => {
  for (const [noted, told] of [
    [5 * hour, 15 * 60_000],
    [60_000, 60_000],
    [-5 * hour, 0],
  ] as const) {
    const { clock, store, phone, put, stop } = startNotifier();
    await openVisit(store);
    await store.write('addNotifications', { notifications: [notification(1)] });
    await store.write('notificationFailed', { id: 'n1', error: 'busy', dueMs: clock.wallMs() + noted });
    await put();
    await clock.advance(Math.max(0, told - 1000));
    assert.equal(phone.told.length, told === 0 ? 1 : 0);
    await clock.advance(2000);
    assert.equal(phone.told.length, 1);
    await stop();
  }
});

test('what was erased while it waited is not told', async () => {
  const { clock, store, phone, put, stop } = startNotifier();
  await openVisit(store);
  phone.answer = (attempt) => (attempt === 1 ? { outcome: 'retry', reason: 'busy' } : { outcome: 'delivered' });
  await put(notification(1));
  await store.write('removeVisit', { visitId: 'visit' });
  await clock.advance(10 * 60_000);
  assert.deepEqual(phone.texts, []);
  await stop();
});
