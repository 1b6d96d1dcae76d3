import assert from 'node:assert/strict';
import test from 'node:test';

import { openForReading, openForWriting } from '../../src/store/connection.ts';
import { temporaryHome } from './samples.ts';

test('the writing connection survives a power cut and overwrites what it deletes', (t) => {
  const home = temporaryHome(t);
  const db = openForWriting(`${home.root}/test.db`, 0);
  t.after(() => db.close());
  const promised = { journal_mode: 'wal', synchronous: 2, foreign_keys: 1, secure_delete: 1 };
  const kept = Object.keys(promised).map((name) => [name, db.pragma(name, { simple: true })]);
  assert.deepEqual(Object.fromEntries(kept), promised);
});

test('the reading connection cannot write', (t) => {
  const home = temporaryHome(t);
  openForWriting(`${home.root}/test.db`, 0).exec('CREATE TABLE notes (text TEXT)').close();
  const db = openForReading(`${home.root}/test.db`, 0);
  t.after(() => db.close());
  assert.throws(() => db.exec('DROP TABLE notes'), { code: 'SQLITE_READONLY' });
});
