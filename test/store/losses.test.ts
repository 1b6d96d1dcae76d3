import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { rememberBackups } from '../../src/store/backups.ts';
import { openForWriting } from '../../src/store/connection.ts';
import { findLosses } from '../../src/store/losses.ts';
import { migrate, migrations } from '../../src/store/migrate.ts';
import { searchLosses } from '../../src/store/search-losses.ts';
import { whyUnusable } from '../../src/store/usable.ts';
import { writes } from '../../src/store/writes.ts';
import type { Losses } from '../../src/system/losses.ts';
import { decided, face, person, recogniser, temporaryHome, trigger, vector } from './samples.ts';

/** A household of two with three visits, in a file and in a copy of it. */
function twoFiles(t: TestContext): { readonly earlier: string; readonly later: string } {
  const { root } = temporaryHome(t);
  const [earlier, later] = [`${root}/earlier.db`, `${root}/later.db`];
  const db = openForWriting(earlier, 0);
  migrate(db, 0, migrations);
  rememberBackups(db, []);
  for (const id of ['ada', 'bob']) {
    writes.addPerson(db, person(id));
    writes.addFace(db, { face: face(`${id}-1`, { personId: id }), recogniser, vector: vector(1) });
  }
  for (const id of ['v1', 'v2', 'v3']) {
    writes.openVisit(db, { visit: { id, source: 'button', startedMs: 5000 }, trigger: trigger(id), notifications: [] });
    writes.decideVisit(db, decided(id, { outcome: 'known', personId: 'ada' }));
  }
  writes.setDeviceSetting(db, { key: 'household.name', value: 'home' });
  db.close();
  copyFileSync(earlier, later);
  return { earlier, later };
}

/** What is lost after this was done to the copy. */
function lossesAfter(t: TestContext, sql: string): Losses {
  const { earlier, later } = twoFiles(t);
  const db = openForWriting(later, 0);
  try {
    db.pragma('foreign_keys = OFF');
    db.exec(sql);
    db.pragma('foreign_keys = ON');
    db.prepare('ATTACH ? AS earlier').run(earlier);
    const losses = findLosses(db);
    rememberBackups(db, []);
    const unusable = whyUnusable(db);
    return unusable === undefined ? losses : { ...losses, unusable };
  } finally {
    db.close();
  }
}

const nothing: Losses = { gone: [], rows: [], changes: [], reordered: [] };

test('what is added is no loss: tables, columns, indices, rows, embeddings of another recogniser', (t) => {
  const added = `
    CREATE TABLE guests (id TEXT PRIMARY KEY); INSERT INTO guests VALUES ('g');
    ALTER TABLE visits ADD COLUMN light_lux REAL; UPDATE visits SET light_lux = 4;
    CREATE INDEX visits_by_light ON visits (light_lux);
    INSERT INTO embeddings SELECT face_id, 'a better one', vector FROM embeddings;
    INSERT INTO schema_readers VALUES (1); PRAGMA user_version = 99;
    INSERT INTO visits (id, phase, source, started_ms) VALUES ('v4', 'open', 'button', 9);
    INSERT INTO time_lived VALUES (1, 5);`;
  assert.deepEqual(lossesAfter(t, added), nothing);
  assert.deepEqual(lossesAfter(t, ''), nothing);
});

test('every row that is gone is counted, by its kind', (t) => {
  const { rows } = lossesAfter(t, `DELETE FROM people WHERE id = 'bob'; DELETE FROM visits WHERE id <> 'v2'`);
  assert.deepEqual(rows, [
    { table: 'people', kind: '', before: 2, left: 1 },
    { table: 'visits', kind: '', before: 3, left: 1 },
  ]);
  const { rows: replaced } = lossesAfter(t, `UPDATE faces SET id = 'other' WHERE id = 'ada-1'`);
  assert.deepEqual(
    replaced,
    [{ table: 'faces', kind: 'reference', before: 2, left: 1 }],
    'another row is no substitute',
  );
});

test('a row that says something else is a change, even when only its type or its place is another', (t) => {
  assert.deepEqual(lossesAfter(t, `UPDATE people SET name = '' WHERE id = 'ada'`).changes, [
    { table: 'people', column: 'name', rows: 1 },
  ]);
  assert.deepEqual(lossesAfter(t, `UPDATE visits SET person_id = NULL`).changes, [
    { table: 'visits', column: 'person_id', rows: 3 },
  ]);
  const moved = `CREATE TEMP TABLE kept AS SELECT * FROM visits ORDER BY id DESC; DELETE FROM visits; INSERT INTO visits SELECT * FROM kept`;
  assert.deepEqual(lossesAfter(t, moved), { ...nothing, reordered: ['visits'] });
});

test('a table or column that is gone is named, and the release says what it can no longer do', (t) => {
  const dropped = lossesAfter(t, 'DROP INDEX visits_by_outcome; ALTER TABLE visits DROP COLUMN outcome');
  assert.deepEqual(dropped.gone, ['visits.outcome']);
  assert.match(dropped.unusable ?? '', /no such column: outcome/);
  const gone = lossesAfter(t, 'DROP TABLE device_settings');
  assert.deepEqual(gone.gone, ['device_settings']);
  assert.deepEqual(gone.rows, [{ table: 'device_settings', kind: '', before: 1, left: 0 }]);
});

test('what this release could no longer do is found by doing it, and leaves nothing behind', (t) => {
  const unusable = (sql: string): string | undefined => lossesAfter(t, sql).unusable;
  assert.match(unusable('INSERT INTO schema_readers VALUES (99)') ?? '', /of a newer release/);
  const refusing = `CREATE TRIGGER no_ring BEFORE INSERT ON triggers BEGIN SELECT RAISE(ABORT, 'planted'); END`;
  assert.match(unusable(refusing) ?? '', /planted/);
  assert.match(unusable(`DELETE FROM people WHERE id = 'bob'`) ?? '', /point at nothing/);
  assert.match(unusable(`UPDATE faces SET quality = '{}'`) ?? '', /cannot read faces.quality/);
});

test('the thread that compares two files says the same, and blames nobody for a copy of before that is not there', async (t) => {
  const { earlier, later } = twoFiles(t);
  const db = openForWriting(later, 0);
  db.exec('DELETE FROM device_settings');
  db.close();
  assert.deepEqual(await searchLosses({ earlier, later }), {
    ...nothing,
    rows: [{ table: 'device_settings', kind: '', before: 1, left: 0 }],
  });
  await assert.rejects(
    searchLosses({ earlier: `${earlier}-gone`, later }),
    /cannot compare databases: .* is not there/,
  );
});
