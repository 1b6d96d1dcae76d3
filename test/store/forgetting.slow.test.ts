import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import test from 'node:test';

import type { Home } from '../../src/system/home.ts';
import { addFace, decision, face, notification, openedStore, person, recogniser, temporaryHome, vector, wholeVisit } from './samples.ts'; // prettier-ignore

const name = 'Zacharias Unmistakable';
const id = 'id-of-zacharias';

function filesBelow(home: Home): string[] {
  return readdirSync(home.root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(`${home.root}/${path}`).isFile(),
  );
}

/** Files of the home that hold any of these bytes. */
function holders(home: Home, needles: readonly Buffer[]): string[] {
  return filesBelow(home).filter((path) => {
    const bytes = readFileSync(`${home.root}/${path}`);
    return needles.some((needle) => bytes.includes(needle));
  });
}

test('after a removal no file holds the name or the face, but backups that are to be removed', async (t) => {
  const home = temporaryHome(t);
  const store = await openedStore(t, home);
  const faces = [vector(70_001), vector(70_002), vector(70_003)];
  const needles = [
    Buffer.from(name),
    Buffer.from(id),
    ...faces.map(({ buffer }) => Buffer.from(buffer).subarray(40, 80)),
  ];
  await store.write('addPerson', person(id, { name }));
  for (let i = 0; i < 40; i += 1) {
    await wholeVisit(store, `v${i}`, {
      outcome: 'known',
      personId: i % 2 === 0 ? id : undefined,
      reason: `${name} is near`,
      decision: { ...decision, candidates: [{ personId: id, name, distance: 0.3, frames: 1 }] },
      face: i % 2 === 0 ? { face: face(`f${i}`, { kind: 'visit', visitId: `v${i}` }), recogniser, vector: vector(70_001) } : undefined, // prettier-ignore
      notifications: [notification(`n${i}`, { visitId: `v${i}`, kind: 'name', payload: JSON.stringify({ name }) })],
    });
  }
  await addFace(store, 70_002, face('reference', { personId: id }));
  await addFace(store, 70_003, face('later removed', { personId: id }));
  await store.write('removeFace', { faceId: 'later removed' });
  assert.deepEqual(holders(home, needles.slice(4)), [], 'a removed face is gone at once');

  const { bytes } = await store.write('backup', { path: `${home.backups}/copy.db` });
  assert.equal(bytes, statSync(`${home.backups}/copy.db`).size);
  assert.equal(holders(home, needles).includes('backups/copy.db'), true, 'the search finds what is there');
  const removal = await store.write('removePerson', { personId: id });
  assert.equal(removal.backups, 1);
  assert.equal(removal.files.includes('backups/copy.db'), true);
  assert.deepEqual(holders(home, needles), ['backups/copy.db']);
  await store.write('backup', { path: `${home.backups}/after.db` });
  await store.close();
  assert.deepEqual(holders(home, needles), ['backups/copy.db']);
});

test('backups of earlier runs are part of a removal too', async (t) => {
  const home = temporaryHome(t);
  const first = await openedStore(t, home);
  await first.write('addPerson', person(id));
  await first.write('backup', { path: `${home.backups}/earlier.db` });
  await first.close();
  const second = await openedStore(t, home);
  const removal = await second.write('removePerson', { personId: id });
  assert.deepEqual(removal.files, ['backups/earlier.db']);
  assert.deepEqual(second.read.leftoverFiles(9), ['backups/earlier.db']);
});

test('a removal leaves the backups that cannot hold the person', async (t) => {
  const home = temporaryHome(t);
  const store = await openedStore(t, home);
  await store.write('addPerson', person('bob'));
  await wholeVisit(store, 'v1', { strangerId: 's' });
  await store.write('backup', { path: `${home.backups}/before.db` });
  await store.write('addPerson', person('undone'));
  assert.deepEqual((await store.write('removePerson', { personId: 'undone' })).files, []);

  await store.write('addPerson', person(id));
  await store.write('nameStranger', { strangerId: 's', personId: id, reason: 'Named later' });
  const { files } = await store.write('removePerson', { personId: id });
  assert.equal(files.includes('backups/before.db'), true, 'the visit is in it');
});

test('a backup goes on while visits come in, and one that cannot be made says so', async (t) => {
  const home = temporaryHome(t);
  const store = await openedStore(t, home);
  const backup = store.write('backup', { path: `${home.backups}/copy.db` });
  await wholeVisit(store, 'v1');
  await backup;
  const refused = store.write('backup', { path: `${home.root}/no such folder/copy.db` });
  await assert.rejects(refused, { name: 'StoreFault', message: /^cannot copy the database to / });
});
