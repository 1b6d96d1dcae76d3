import assert from 'node:assert/strict';
import test from 'node:test';
import { decided, face, notification, openVisit, recogniser, storeInMemory, trigger, vector } from './samples.ts';

test('a visit that only an own press has begun is in no list and no count, and goes without a trace', async (t) => {
  const store = storeInMemory(t);
  const { read } = store;
  await openVisit(store, 'real');
  await store.write('decideVisit', decided('real'));
  const before = read.counts();
  await store.write('addOwnPress', { triggerId: 'own' });
  assert.deepEqual([read.isOwnPress('own'), read.isOwnPress('other')], [true, false]);
  await store.write('openVisit', {
    visit: { id: 'nobody', source: 'button', startedMs: 9000 },
    trigger: trigger('nobody', { id: 'own' }),
    notifications: [notification('n', { visitId: 'nobody', channel: 'own' })],
  });
  assert.equal(read.trigger('own')?.visitId, 'nobody');
  assert.deepEqual(read.pressesAfter(0).map(({ id }) => id), [read.triggersOf('real')[0]?.id]); // prettier-ignore
  assert.deepEqual(read.pressesAfter(read.triggerPlace()), []);
  const unseen = (): void => {
    assert.deepEqual({ ...read.counts(), databaseBytes: 0 }, { ...before, databaseBytes: 0 });
    assert.deepEqual(read.visits({ limit: 9 }).map(({ id }) => id), ['real']); // prettier-ignore
    assert.deepEqual(read.visitsRecorded(9).map(({ id }) => id), ['real']); // prettier-ignore
    assert.deepEqual([read.unfinishedVisits(), read.strangers(9)], [[], []]);
  };
  unseen();
  await store.write('decideVisit', {
    ...decided('nobody', { outcome: 'stranger', strangerId: 'passer-by' }),
    face: { face: face('f', { kind: 'visit', source: 'visit', visitId: 'nobody' }), recogniser, vector: vector(1) },
  });
  unseen();
  assert.equal((await store.write('retainVisits', { seenBeforeMs: 0, visitsMax: 1 })).visits, 0);
  assert.deepEqual([read.visit('nobody')?.outcome, read.notificationsOf('nobody').length], ['stranger', 1]);
  const { files } = await store.write('removeOwnVisits', { marksKept: 1 });
  assert.ok(files.length > 0);
  unseen();
  assert.deepEqual([read.visit('nobody'), read.stranger('passer-by'), read.notificationsOf('nobody')], [undefined, undefined, []]); // prettier-ignore
  assert.equal(read.isOwnPress('own'), true, 'a press that comes late is still nobody’s');
  await store.write('removeOwnVisits', { marksKept: 0 });
  assert.equal(read.isOwnPress('own'), false);
});

test('a visit at which somebody rings too is theirs: it is shown, and stays, without the press that was none', async (t) => {
  const store = storeInMemory(t);
  await store.write('addOwnPress', { triggerId: 'own' });
  await openVisit(store, 'v');
  await store.write('addTrigger', { trigger: trigger('v', { id: 'own' }), notifications: [] });
  assert.equal(store.read.visits({ limit: 9 }).length, 1);
  await store.write('removeOwnVisits', { marksKept: 0 });
  assert.equal(store.read.visits({ limit: 9 }).length, 1);
  assert.equal(store.read.triggersOf('v').length, 1);
});
