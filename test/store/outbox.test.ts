import assert from 'node:assert/strict';
import test from 'node:test';

import { pendingMax } from '../../src/store/outbox.ts';
import type { NewNotification } from '../../src/store/records.ts';
import type { Store } from '../../src/store/store.ts';
import { notification, storeInMemory } from './samples.ts';

async function add(store: Store, ...notifications: NewNotification[]): Promise<void> {
  await store.write('addNotifications', { notifications });
}

function pending(store: Store): string[] {
  return store.read.notificationsPending({ except: [], limit: 5000 }).map(({ id }) => id);
}

test('a notification is pending until it is sent, whenever it is due, but for those that are left out', async (t) => {
  const store = storeInMemory(t);
  const left = (...except: string[]): string[] =>
    store.read.notificationsPending({ except, limit: 9 }).map(({ id }) => id);
  const later = notification('later', { dueMs: 9000.4, kind: 'name', priority: 'critical', payload: '{"name":"Ådå"}' });
  await add(store, later, notification('now'));
  assert.deepEqual([left(), left('later'), left('later', 'now')], [['later', 'now'], ['now'], []]);
  await store.write('notificationSent', { id: 'now', atMs: 5100 });
  assert.deepEqual(store.read.notificationsPending({ except: [], limit: 9 }), [
    { ...later, dueMs: 9001, attempts: 0, status: 'pending', lastError: undefined },
  ]);
});

test('a failure is tried again when it has a time, and is final without', async (t) => {
  const store = storeInMemory(t);
  await add(store, notification('n'));
  await store.write('notificationFailed', { id: 'n', error: 'no answer', dueMs: 7000 });
  const [waiting] = store.read.notificationsPending({ except: [], limit: 9 });
  assert.deepEqual([waiting?.attempts, waiting?.dueMs, waiting?.lastError], [1, 7000, 'no answer']);
  await store.write('notificationFailed', { id: 'n', error: 'refused', dueMs: undefined });
  assert.deepEqual(pending(store), []);
  await store.write('notificationSuppressed', { id: 'n', reason: 'quiet hours' });
  await store.write('notificationSent', { id: 'gone', atMs: 1 });
});

test('too many waiting notifications suppress the oldest normal ones, critical ones last', async (t) => {
  const store = storeInMemory(t);
  const normal = Array.from({ length: pendingMax }, (_, i) => notification(`normal-${i}`));
  await add(store, notification('critical', { priority: 'critical' }), ...normal);
  assert.equal(store.read.counts().pendingNotifications, pendingMax);
  assert.equal(pending(store).includes('critical'), true);
  assert.equal(pending(store).includes('normal-0'), false);
  assert.equal(pending(store).includes('normal-1'), true);
  await add(store, ...normal.map(({ id }) => notification(`${id}-critical`, { priority: 'critical' })));
  assert.equal(pending(store).includes('critical'), false, 'even critical ones are bounded');
  assert.equal(store.read.counts().pendingNotifications, pendingMax);
});

test('what is finished and old is pruned; what is pending stays', async (t) => {
  const store = storeInMemory(t);
  const ids = ['sent', 'failed', 'suppressed', 'pending'];
  await add(store, ...ids.map((id) => notification(id)));
  await store.write('markSeen', { livedMs: 6000 });
  await add(store, notification('young', { createdMs: 0 }));
  await store.write('markSeen', { livedMs: 7000 });
  await store.write('notificationSent', { id: 'sent', atMs: 1 });
  await store.write('notificationSent', { id: 'young', atMs: 1 });
  await store.write('notificationFailed', { id: 'failed', error: 'x', dueMs: undefined });
  await store.write('notificationSuppressed', { id: 'suppressed', reason: 'x' });
  assert.deepEqual(await store.write('pruneNotifications', { seenBeforeMs: 6500 }), { notifications: 3 });
  assert.deepEqual(await store.write('pruneNotifications', { seenBeforeMs: 7500 }), { notifications: 1 });
  assert.deepEqual(pending(store), ['pending']);
});
