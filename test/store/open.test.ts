import assert from 'node:assert/strict';
import test from 'node:test';

import { faultOfWrite, notification, open, openedStore, person, temporaryHome } from './samples.ts';

test('writes go through the writer thread one by one, are read back at once, and end with the store', async (t) => {
  const home = temporaryHome(t);
  const store = await openedStore(t, home);
  const results = await Promise.allSettled([
    store.write('addPerson', person('one')),
    store.write('addPerson', person('one')),
    store.write('addNotifications', {
      notifications: [notification('first'), notification('twice'), notification('twice')],
    }),
    store.write('addPerson', person('two')),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
  );
  assert.equal(store.read.counts().pendingNotifications, 0, 'a refused write leaves nothing behind');
  assert.deepEqual(
    store.read.people().map(({ id }) => id),
    ['one', 'two'],
  );

  const unclonable = await faultOfWrite(store.write('setDeviceSetting', { key: 'k', value: () => {} }));
  assert.equal(unclonable.name, 'StoreFault');

  const last = store.write('renamePerson', { personId: 'two', name: 'zwei' });
  await store.close();
  await last;
  assert.equal((await faultOfWrite(store.write('addPerson', person('three')))).kind, 'closed');
  await store.close();
  const again = await open(t, home);
  assert(again.outcome === 'opened');
  assert.deepEqual(
    again.store.read.people().map((each) => each.name),
    ['Name of one', 'zwei'],
  );
  assert.equal(again.migrated, undefined);
  await again.store.close();
});
