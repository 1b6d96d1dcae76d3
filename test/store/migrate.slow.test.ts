import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import Database from 'better-sqlite3';

import { migrations } from '../../src/store/migrate.ts';
import type { Home } from '../../src/system/home.ts';
import { open, openedStore, person, temporaryHome, wholeVisit } from './samples.ts';

const nextVersion = migrations.length + 1;
const withNickname = [...migrations, 'ALTER TABLE people ADD COLUMN nickname TEXT'];

/** A home whose database is of this release and holds a person and a visit. */
async function filledHome(t: TestContext): Promise<Home> {
  const home = temporaryHome(t);
  const store = await openedStore(t, home);
  await store.write('addPerson', person('ada'));
  await wholeVisit(store, 'v1', { outcome: 'known', personId: 'ada' });
  await store.close();
  return home;
}

function versionIn(path: string): unknown {
  const db = new Database(path, { readonly: true });
  const version = db.pragma('user_version', { simple: true });
  db.close();
  return version;
}

function rootPageOf(path: string, table: string): number {
  const db = new Database(path, { readonly: true });
  const page = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(table);
  db.close();
  return Number(page);
}

test('an older database is copied, then brought up to date with everything in it', async (t) => {
  const home = await filledHome(t);
  const opened = await open(t, home, { migrations: withNickname });
  assert(opened.outcome === 'opened', JSON.stringify(opened));
  const backup = opened.migrated?.backup ?? assert.fail('no backup was made');
  assert.deepEqual(opened.migrated, { from: migrations.length, to: nextVersion, backup });
  assert.equal(opened.store.read.visit('v1')?.personName, 'Name of ada');
  await opened.store.close();
  assert.equal(versionIn(home.database), nextVersion);

  assert.equal(versionIn(backup), migrations.length);
  const copy = new Database(backup, { readonly: true });
  assert.equal(copy.pragma('integrity_check', { simple: true }), 'ok');
  assert.equal(copy.prepare('SELECT count(*) FROM visits').pluck().get(), 1);
  copy.close();
});

test('an empty home gets no backup, and only the newest three are kept', async (t) => {
  const home = temporaryHome(t);
  await (await openedStore(t, home)).close();
  assert.deepEqual(readdirSync(home.backups), []);
  for (const madeMs of [9, 10, 200, 3000]) writeFileSync(`${home.backups}/doorward-v1-${madeMs}.db`, '');
  writeFileSync(`${home.backups}/made-by-hand.db`, '');
  await (await openedStore(t, home)).close();
  const kept = ['doorward-v1-10.db', 'doorward-v1-200.db', 'doorward-v1-3000.db', 'made-by-hand.db'];
  assert.deepEqual(readdirSync(home.backups), kept);
});

test('a migration that fails leaves the database as it was', async (t) => {
  const home = await filledHome(t);
  const refused = await open(t, home, {
    migrations: [...migrations, 'ALTER TABLE people ADD COLUMN nickname TEXT; SELECT nonsense'],
  });
  assert(refused.outcome === 'failed', JSON.stringify(refused));
  assert.match(refused.message, /^cannot .*nonsense/);
  assert.equal(versionIn(home.database), migrations.length);
  const store = await openedStore(t, home);
  assert.equal(store.read.visit('v1')?.personName, 'Name of ada');
});

test('a database whose rows point at nothing is not migrated', async (t) => {
  const home = await filledHome(t);
  const db = new Database(home.database);
  db.pragma('foreign_keys = OFF');
  db.exec(`INSERT INTO triggers VALUES ('t', 'no visit', 'button', NULL, 1)`);
  db.close();
  const refused = await open(t, home, { migrations: withNickname });
  assert(refused.outcome === 'corrupt', JSON.stringify(refused));
  assert.match(refused.message, /^cannot migrate to schema version/);
  assert.equal(versionIn(home.database), migrations.length);
});

test('a database that a newer release has taken from is refused, naming both versions, and not a byte changes', async (t) => {
  const home = await filledHome(t);
  const taking = { sql: 'DROP INDEX people_by_merged_into', readableFrom: nextVersion };
  const newer = await open(t, home, { migrations: [...migrations, taking] });
  assert(newer.outcome === 'opened', JSON.stringify(newer));
  await newer.store.close();
  const before = readFileSync(home.database);
  const refused = await open(t, home);
  assert(refused.outcome === 'too-new', JSON.stringify(refused));
  assert.match(refused.message, new RegExp(`schema version ${nextVersion}.*up to ${migrations.length};`));
  assert.deepEqual(readFileSync(home.database), before);
});

test('a step that only adds to a database that was taken from does not give it back', async (t) => {
  const home = await filledHome(t);
  const taking = { sql: 'DROP INDEX people_by_merged_into', readableFrom: nextVersion };
  const newer = await open(t, home, { migrations: [...migrations, taking, 'CREATE TABLE more (id TEXT)'] });
  assert(newer.outcome === 'opened', JSON.stringify(newer));
  assert.deepEqual(newer.store.read.schema(), { version: nextVersion + 1, readableFrom: nextVersion });
  await newer.store.close();
  assert.equal((await open(t, home)).outcome, 'too-new');
});

test('a newer database that was killed in the middle keeps what its log holds', async (t) => {
  const home = await filledHome(t);
  const db = new Database(home.database);
  db.pragma('journal_mode = WAL');
  db.pragma(`user_version = ${nextVersion}`);
  db.prepare('INSERT INTO schema_readers VALUES (?)').run(nextVersion);
  const files = ['', '-wal'].map((end) => [`${home.database}${end}`, readFileSync(`${home.database}${end}`)] as const);
  db.close();
  for (const [path, bytes] of files) writeFileSync(path, bytes);
  const refused = await open(t, home);
  assert.equal(refused.outcome, 'too-new');
  for (const [path, bytes] of files) assert.deepEqual(readFileSync(path), bytes);
});

test('a file that is no database, or somebody else’s, is refused and left alone', async (t) => {
  const other = temporaryHome(t);
  const db = new Database(other.database);
  db.exec('CREATE TABLE notes (text TEXT)');
  db.close();
  const garbage = temporaryHome(t);
  writeFileSync(garbage.database, Buffer.alloc(50_000, 'not a database '));
  for (const home of [other, garbage]) {
    const before = readFileSync(home.database);
    const refused = await open(t, home);
    assert(refused.outcome === 'corrupt', JSON.stringify(refused));
    assert.match(refused.message, /^cannot /);
    assert.deepEqual(readFileSync(home.database), before);
    assert.deepEqual(
      readdirSync(home.root).filter((name) => name.endsWith('-wal')),
      [],
    );
  }
});

test('an empty file, as a power cut at the very first start leaves it, is a new database', async (t) => {
  const home = temporaryHome(t);
  writeFileSync(home.database, '');
  assert.equal((await openedStore(t, home)).read.counts().people, 0);
});

test('damage is told when it is met: at opening, at reading, at writing, and before a migration', async (t) => {
  const home = await filledHome(t);
  const sound = readFileSync(home.database);
  const withDamageAt = (page: number): Buffer => Buffer.from(sound).fill(0xa5, (page - 1) * 4096 + 100, page * 4096);

  writeFileSync(home.database, withDamageAt(rootPageOf(home.database, 'people')));
  const opened = await open(t, home);
  assert(opened.outcome === 'opened', 'what is not looked at does not stop the bell');
  assert.throws(() => opened.store.read.people(), { kind: 'corrupt', message: /damaged: put back a copy/ });
  await assert.rejects(opened.store.write('addPerson', person('bob')), { kind: 'corrupt' });
  await opened.store.close();

  const migrated = await open(t, home, { migrations: withNickname });
  assert.equal(migrated.outcome, 'corrupt');
  assert.deepEqual(readdirSync(home.backups), [], 'a damaged database makes no backup');

  writeFileSync(home.database, withDamageAt(1));
  assert.equal((await open(t, home)).outcome, 'corrupt');
  writeFileSync(home.database, sound);
  assert.equal((await openedStore(t, home)).read.visit('v1')?.personName, 'Name of ada');
});
