import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, renameSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { NewSession, NewUser } from '../../src/store/access-records.ts';
import { rememberBackups } from '../../src/store/backups.ts';
import type { Forgotten } from '../../src/store/bring-together.ts';
import { openForWriting, type Connection } from '../../src/store/connection.ts';
import { migrate, migrations } from '../../src/store/migrate.ts';
import { readsOf } from '../../src/store/reads.ts';
import { restoreSnapshot, type RestorePlaces, type RestoreResult } from '../../src/store/restore.ts';
import type { StoreReads } from '../../src/store/store.ts';
import { writes } from '../../src/store/writes.ts';
import { decided, face, notification, person, recogniser, temporaryHome, trigger, vector } from './samples.ts';

const nobody: Forgotten = { people: [], visits: [], users: [] };

function visit(db: Connection, id: string, isDecided = true): void {
  const ring = notification(`of-${id}`, { visitId: id });
  writes.openVisit(db, {
    visit: { id, source: 'button', startedMs: 5000 },
    trigger: trigger(id),
    notifications: [ring],
  });
  if (isDecided) writes.decideVisit(db, decided(id));
}

/** Two people and two visits, the second one still open; a snapshot of that, and then what `act` does. */
function scene(t: TestContext, act: (db: Connection) => void, more?: (db: Connection) => void): RestorePlaces {
  const { database, root } = temporaryHome(t);
  const places = { database, snapshot: `${root}/snapshot.db`, kept: `${root}/kept.db` };
  const db = openForWriting(database, 0);
  migrate(db, 0, migrations);
  rememberBackups(db, []);
  for (const id of ['ada', 'bob']) {
    writes.addPerson(db, person(id));
    writes.addFace(db, { face: face(`${id}-1`, { personId: id }), recogniser, vector: vector(1) });
  }
  writes.setDeviceSetting(db, { key: 'a', value: 1 });
  visit(db, 'v1');
  visit(db, 'v2', false);
  more?.(db);
  db.close();
  copyFileSync(database, places.snapshot);
  const again = openForWriting(database, 0);
  rememberBackups(again, []);
  act(again);
  again.close();
  return places;
}

async function after(
  places: RestorePlaces,
  forgotten = nobody,
): Promise<{ read: StoreReads; result: RestoreResult; readonly close: () => void }> {
  const result = await restoreSnapshot(places, forgotten);
  const db = openForWriting(places.database, 0);
  assert.deepEqual(db.prepare('PRAGMA foreign_key_check').all(), []);
  return { read: readsOf(db), result, close: () => db.close() };
}

const ids = (rows: readonly { readonly id: string }[]): readonly string[] => rows.map(({ id }) => id).toSorted();

test('what went missing comes back, and what was written since stays', async (t) => {
  const places = scene(t, (db) => {
    writes.addPerson(db, person('eve'));
    writes.addFace(db, { face: face('eve-1', { personId: 'eve' }), recogniser, vector: vector(2) });
    visit(db, 'v3');
    writes.setDeviceSetting(db, { key: 'b', value: 2 });
    writes.removePerson(db, { personId: 'bob' });
    writes.removeVisit(db, { visitId: 'v1' });
    db.exec(`UPDATE people SET name = '' WHERE id = 'ada'; UPDATE device_settings SET value = '9' WHERE key = 'a'`);
  });
  const { read, result, close } = await after(places);
  assert.deepEqual(ids(read.people()), ['ada', 'bob', 'eve']);
  assert.equal(read.person('ada')?.name, 'Name of ada');
  assert.deepEqual(ids(read.visits({ limit: 9 })), ['v1', 'v2', 'v3']);
  assert.deepEqual(
    read
      .embeddings(recogniser)
      .map(({ faceId }) => faceId)
      .toSorted(),
    ['ada-1', 'bob-1', 'eve-1'],
  );
  assert.deepEqual(read.deviceSettings(), { a: 1, b: 2 });
  assert.deepEqual(read.leftoverFiles(9), [], 'pictures whose rows are back are needed');
  assert.deepEqual(
    result.back.find(({ table }) => table === 'people'),
    { table: 'people', rows: 1 },
  );
  assert.deepEqual(
    result.since.find(({ table }) => table === 'visits'),
    { table: 'visits', rows: 1 },
  );
  close();
});

test('what has gone forward stays: a visit that was decided, a correction, a notification that is sent', async (t) => {
  const places = scene(t, (db) => {
    writes.decideVisit(db, decided('v2', { outcome: 'known', personId: 'bob' }));
    writes.correctVisit(db, {
      visitId: 'v1',
      personId: 'ada',
      outcome: 'known',
      reason: 'You said that this was Ada.',
    });
    writes.notificationSent(db, { id: 'of-v1', atMs: 9 });
  });
  const { read, close } = await after(places);
  assert.equal(read.visit('v2')?.personId, 'bob');
  assert.equal(read.visit('v1')?.personId, 'ada');
  assert.deepEqual(ids(read.notificationsPending({ except: [], limit: 9 })), ['of-v2']);
  close();
});

test('who and what somebody has removed does not come back', async (t) => {
  const places = scene(t, (db) => {
    writes.removePerson(db, { personId: 'bob' });
    writes.removeVisit(db, { visitId: 'v1' });
  });
  const { read, close } = await after(places, { ...nobody, people: ['bob'], visits: ['v1'] });
  assert.deepEqual(ids(read.people()), ['ada']);
  assert.deepEqual(ids(read.visits({ limit: 9 })), ['v2']);
  assert.equal(read.face('bob-1'), undefined);
  close();
});

const user = (id: string): NewUser => ({
  id, name: id, nameKey: id, role: 'administrator', password: `first of ${id}`, createdMs: 1, recoveryCodes: [`code of ${id}`],
}); // prettier-ignore
const session = (userId: string): NewSession => ({
  id: `session of ${userId}`, secret: `secret of ${userId}`, device: `device of ${userId}`, userId, address: '', agent: '',
  createdMs: 1, createdLivedMs: 0, seenMs: 1, seenLivedMs: 0, provenMs: 1, provenUptimeMs: 1,
}); // prettier-ignore
const invitation = { role: 'administrator', madeBy: undefined, createdMs: 1, expiresLivedMs: 9 };

/** Ada, Bob and a program may; a snapshot of that, and then what `act` does. */
function accessScene(t: TestContext, act: (db: Connection) => void): RestorePlaces {
  const before = (db: Connection): void => {
    writes.claim(db, { user: user('ada'), session: session('ada') });
    writes.addInvitation(db, { ...invitation, id: 'i', secret: 's' });
    writes.addInvitedUser(db, { invitationId: 'i', user: user('bob'), session: session('bob') });
    writes.addToken(db, { ...invitation, id: 't', secret: 's', name: 'p', scopes: ['ring'], seenMs: undefined });
  };
  return scene(t, act, before);
}

test('who may is as it is now: no ended session or token comes back, no removed user, no old password', async (t) => {
  const places = accessScene(t, (db) => {
    writes.removeToken(db, { id: 't' });
    writes.removeUser(db, { userId: 'bob', highest: 'administrator' });
    writes.setPassword(db, { userId: 'ada', password: 'second', keepSession: '' });
    writes.addSession(db, { session: { ...session('ada'), id: 'new', secret: 'new' }, password: 'second' });
  });
  const { read, result, close } = await after(places);
  assert.deepEqual(ids(read.users()), ['ada']);
  assert.equal(read.user('ada')?.password, 'second');
  assert.deepEqual(ids(read.sessionsOf('ada')), ['new']);
  assert.deepEqual([read.tokens(), read.sessionsOf('bob')], [[], []]);
  assert.equal(read.isRecoveryCode('code of ada', 'ada'), true);
  assert.deepEqual([result.back, result.since], [[], []]);
  close();
});

test('where nothing of now can be read, nobody is logged in any more, and who was removed by the audit chain is not there', async (t) => {
  const places = accessScene(t, (db) => writes.removeUser(db, { userId: 'bob', highest: 'administrator' }));
  truncateSync(places.database, 5000);
  const { read, result, close } = await after(places, { ...nobody, users: ['bob', 'somebody else'] });
  assert.ok(result.unreadable !== undefined);
  assert.deepEqual(ids(read.users()), ['ada']);
  assert.deepEqual([read.sessionsOf('ada'), read.tokens(), read.invitations()], [[], [], []]);
  close();
});

test('a database of a newer schema, and one that is damaged, are gone back from, and what was there is kept', async (t) => {
  const newer = scene(t, (db) => {
    db.exec(
      `ALTER TABLE visits ADD COLUMN mood TEXT; INSERT INTO schema_readers VALUES (99); PRAGMA user_version = 99`,
    );
    writes.addPerson(db, person('eve'));
  });
  const first = await after(newer);
  assert.deepEqual(ids(first.read.people()), ['ada', 'bob', 'eve']);
  assert.equal(first.read.schema().version, migrations.length);
  first.close();
  const damaged = scene(t, () => undefined);
  truncateSync(damaged.database, 5000);
  const second = await after(damaged);
  assert.deepEqual(ids(second.read.people()), ['ada', 'bob']);
  assert.ok(second.result.unreadable !== undefined);
  assert.ok(existsSync(damaged.kept));
  second.close();
});

test('a power cut before the rename leaves what was there; the next attempt begins anew', async (t) => {
  const places = scene(t, (db) => writes.removePerson(db, { personId: 'bob' }));
  // The draft of the last attempt, and its log, which SQLite would read into the next one.
  const draft = `${places.database}.draft`;
  copyFileSync(places.snapshot, draft);
  const half = openForWriting(draft, 0);
  half.exec('PRAGMA foreign_keys = OFF; DELETE FROM people');
  copyFileSync(`${draft}-wal`, `${places.kept}-wal`);
  half.close();
  renameSync(`${places.kept}-wal`, `${draft}-wal`);
  const { read, close } = await after(places);
  assert.deepEqual(ids(read.people()), ['ada', 'bob']);
  close();
  assert.deepEqual(
    readdirSync(dirname(places.database)).filter((name) => name.includes('draft')),
    [],
  );
});

test('while somebody has the database open nothing is changed', async (t) => {
  const places = scene(t, (db) => writes.removePerson(db, { personId: 'bob' }));
  const other = openForWriting(places.database, 0);
  other.exec(`BEGIN IMMEDIATE; UPDATE people SET name = 'x'`);
  try {
    await assert.rejects(restoreSnapshot(places, nobody), /cannot restore the database/);
  } finally {
    other.close();
  }
  const db = openForWriting(places.database, 0);
  assert.deepEqual(ids(readsOf(db).people()), ['ada']);
  db.close();
});
