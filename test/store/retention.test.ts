import assert from 'node:assert/strict';
import test from 'node:test';

import { retainBatchMax } from '../../src/store/retention.ts';
import type { Store } from '../../src/store/store.ts';
import { notification, openVisit, person, storeInMemory, wholeVisit } from './samples.ts';

function ids(store: Store): string[] {
  return store.read.visits({ limit: 1000 }).map(({ id }) => id);
}

test('visits are retained by age and by number, unfinished ones and untold ones always', async (t) => {
  const store = storeInMemory(t);
  await store.write('addPerson', person('ada'));
  await openVisit(store, 'open0', 0);
  await wholeVisit(store, 'untold1', { notifications: [notification('n', { visitId: 'untold1' })] });
  for (const id of ['v2', 'v3', 'v4', 'v5']) await wholeVisit(store, id, { personId: 'ada', strangerId: 's' });

  assert.deepEqual(await store.write('markSeen', { livedMs: 10 }), { rows: 7 });
  assert.deepEqual(await store.write('markSeen', { livedMs: 20 }), { rows: 0 });
  await wholeVisit(store, 'v6', { personId: 'ada', strangerId: 's' });
  await store.write('markSeen', { livedMs: 20 });

  const nothing = { seenBeforeMs: 0, visitsMax: 100 };
  assert.deepEqual(await store.write('retainVisits', nothing), { visits: 0, files: [] });
  const [upTo] = store.read.visitsRecorded(1, store.read.visitsRecorded(4).at(-1));
  assert.equal(upTo?.id, 'v2');
  const byPlace = await store.write('retainVisits', { ...nothing, ...(upTo === undefined ? {} : { upTo }) });
  assert.deepEqual(byPlace, { visits: 1, files: ['visits/v2/frame-1.jpg', 'visits/v2/thumbnail.jpg'] });
  assert.deepEqual(ids(store), ['v6', 'v5', 'v4', 'v3', 'untold1', 'open0']);

  const byNumber = await store.write('retainVisits', { seenBeforeMs: 0, visitsMax: 5 });
  assert.equal(byNumber.visits, 1);
  assert.deepEqual(ids(store), ['v6', 'v5', 'v4', 'untold1', 'open0']);

  const byAge = await store.write('retainVisits', { seenBeforeMs: 15, visitsMax: 100 });
  assert.equal(byAge.visits, 2);
  assert.deepEqual(ids(store), ['v6', 'untold1', 'open0']);

  await store.write('notificationSent', { id: 'n', atMs: 1 });
  await store.write('retainVisits', { seenBeforeMs: 30, visitsMax: 0 });
  assert.deepEqual(ids(store), ['open0']);
  assert.equal(store.read.stranger('s'), undefined);
  assert.equal(store.read.person('ada')?.id, 'ada');
});

test('the time lived only grows', async (t) => {
  const store = storeInMemory(t);
  assert.deepEqual(await store.write('addTimeLived', { durationMs: 5.4 }), { livedMs: 5 });
  assert.deepEqual(await store.write('addTimeLived', { durationMs: -100 }), { livedMs: 5 });
  assert.deepEqual(await store.write('addTimeLived', { durationMs: 7 }), { livedMs: 12 });
});

test('one call removes no more than a ring may wait for', async (t) => {
  const store = storeInMemory(t);
  const count = retainBatchMax + 1;
  for (let i = 0; i < count; i += 1) await wholeVisit(store, `v${i}`);
  const removed = [];
  for (let i = 0; i < 3; i += 1)
    removed.push((await store.write('retainVisits', { seenBeforeMs: 0, visitsMax: 0 })).visits);
  assert.deepEqual(removed, [retainBatchMax, 1, 0]);
});
