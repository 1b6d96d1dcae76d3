import assert from 'node:assert/strict';
import { chmodSync, globSync, statSync, writeFileSync } from 'node:fs';
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

test('nobody else can read the database, what SQLite keeps beside it, or a copy, whatever an older release left', async (t) => {
  const home = temporaryHome(t);
  const before = process.umask(0);
  t.after(() => process.umask(before));
  const first = await openedStore(t, home);
  await first.close();
  chmodSync(home.database, 0o644);
  const oldCopy = `${home.backups}/doorward-v1-1.db`;
  writeFileSync(oldCopy, '', { mode: 0o644 });
  const store = await openedStore(t, home);
  await store.write('addPerson', person('one'));
  await store.write('backup', { path: `${home.backups}/copy.db` });
  const files = globSync(`${home.root}/**/*`, { withFileTypes: true }).filter((entry) => entry.isFile());
  const modes = files.map(({ name, parentPath }) => [
    name,
    (statSync(`${parentPath}/${name}`).mode & 0o777).toString(8),
  ]);
  assert.deepEqual(Object.fromEntries(modes), {
    'copy.db': '600',
    'doorward-v1-1.db': '600',
    'doorward.db': '600',
    'doorward.db-shm': '600',
    'doorward.db-wal': '600',
  });
});
