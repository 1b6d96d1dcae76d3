import assert from 'node:assert/strict';
import test from 'node:test';
import Database from 'better-sqlite3';

import { startChild } from './child-of-test.ts';
import { open, openedStore, temporaryHome } from './samples.ts';

const kills = 20;
/** Acknowledgements to hear before a kill: from the very first to the middle of a long stream. */
const heardMax = 60;

test('every acknowledged write is there after SIGKILL, and none is there in part', async (t) => {
  const home = temporaryHome(t);
  const acknowledged: string[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const child = startChild('./writing-child.ts', home.root, String(kill));
    assert.equal(await child.line(), 'ready');
    const heard = Math.floor(Math.random() * heardMax);
    for (let i = 0; i < heard; i += 1) acknowledged.push((await child.line()) ?? assert.fail('the child has ended'));
    child.kill();
    acknowledged.push(...(await child.rest()));
  }

  const store = await openedStore(t, home);
  assert(acknowledged.length >= kills);
  for (const line of acknowledged) {
    const [phase, id] = line.split(' ');
    const visit = store.read.visit(id ?? '');
    assert(visit !== undefined, `${line} was acknowledged and is lost`);
    if (phase === 'decided') assert.equal(visit.phase, 'decided', `${line} was acknowledged and is lost`);
    assert.equal(store.read.triggersOf(visit.id).length, 1);
    const isDecided = visit.phase === 'decided';
    assert.equal(store.read.notificationsOf(visit.id).length, isDecided ? 1 : 0);
    assert.equal(store.read.faceOfVisit(visit.id) !== undefined, isDecided);
  }
  await store.close();
  const db = new Database(home.database);
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  assert.deepEqual(db.pragma('foreign_key_check'), []);
  db.close();
});

test('a write that is waiting for the writer when another process holds the database fails, and the store lives on', async (t) => {
  const home = temporaryHome(t);
  const store = await openedStore(t, home, { busyMs: 50 });
  const other = new Database(home.database);
  other.exec('BEGIN IMMEDIATE');
  const fault = await store.write('createStranger', { strangerId: 's', createdMs: 1 }).catch((error) => error);
  assert.equal(fault.kind, 'locked');
  assert.match(fault.message, /another process/);
  other.exec('COMMIT');
  other.close();
  await store.write('createStranger', { strangerId: 's', createdMs: 1 });
  assert.equal(store.read.stranger('s')?.id, 's');
});

test('a database that another process holds is not opened, and nothing in it is lost', async (t) => {
  const home = temporaryHome(t);
  const store = await openedStore(t, home);
  await store.write('createStranger', { strangerId: 's', createdMs: 1 });
  await store.close();
  const child = startChild('./locking-child.ts', home.database);
  assert.equal(await child.line(), 'locked');
  const refused = await open(t, home, { busyMs: 50 });
  assert(refused.outcome === 'locked', JSON.stringify(refused));
  assert.match(refused.message, /another process holds the database/);
  child.kill();
  await child.rest();
  assert.equal((await openedStore(t, home)).read.stranger('s')?.id, 's');
});
