import assert from 'node:assert/strict';
import test from 'node:test';

import { shortName } from '../../src/store/short-name.ts';
import type { Store } from '../../src/store/store.ts';
import { addFace, decision, face, faultOfWrite, notification, person, recogniser, storeInMemory, vector, wholeVisit } from './samples.ts'; // prettier-ignore

const name = 'Ada "the Countess" Lovelace';
const candidates = [
  { personId: 'ada', name, distance: 0.3, frames: 2 },
  { personId: 'bob', name: 'Bob', distance: 0.4, frames: 1 },
];

const reasonOfV4 = (who: string): string => `Bob, 0.4 away, although ${who} is near, and Adam (${who})`;

/** Ada with all that can be hers; Bob, whose visit mentions her. */
async function fill(store: Store): Promise<void> {
  await store.write('addPerson', person('ada', { name }));
  await store.write('addPerson', person('lady', { name: 'Lady Lovelace', mergedInto: 'ada' }));
  await store.write('addPerson', person('bob', { name: 'Bob' }));
  await addFace(store, 1, face('ada-1', { personId: 'ada' }));
  await addFace(store, 2, face('lady-1', { personId: 'lady' }));
  await addFace(store, 3, face('bob-1', { personId: 'bob' }));
  await wholeVisit(store, 'v1', {
    outcome: 'known',
    personId: 'ada',
    reason: `${name}, 0.3 away`,
    decision: { ...decision, candidates },
    face: { face: face('v1-face', { kind: 'visit', visitId: 'v1', picture: 'visits/v1/face.jpg' }), recogniser, vector: vector(4) }, // prettier-ignore
    notifications: [notification('of-v1', { visitId: 'v1', kind: 'name', payload: JSON.stringify({ name }) })],
  });
  await addFace(store, 5, face('not-bob', { kind: 'negative', personId: 'bob', visitId: 'v1' }));
  await wholeVisit(store, 'v2', { strangerId: 's', thumbnail: undefined, picture: undefined });
  await store.write('nameStranger', { strangerId: 's', personId: 'lady', reason: 'Named later' });
  await wholeVisit(store, 'v3', { strangerId: 'anonymous' });
  await addFace(store, 6, face('ada-2', { personId: 'ada', visitId: 'v3', source: 'visit' }));
  await wholeVisit(store, 'v4', {
    outcome: 'known',
    personId: 'bob',
    reason: reasonOfV4(name),
    decision: { ...decision, candidates },
    notifications: [
      notification('ring-of-v4', { visitId: 'v4' }),
      notification('name-of-v4', { visitId: 'v4', kind: 'name', payload: JSON.stringify({ not: name }) }),
      notification('clean-of-v4', { visitId: 'v4', kind: 'name', payload: '{"name":"Bob"}' }),
    ],
  });
  await wholeVisit(store, 'v5', { reason: 'nobody is near enough' });
}

test('removing a person takes everything of theirs, counts it, and leaves the others alone', async (t) => {
  const store = storeInMemory(t);
  await fill(store);
  const { files, ...counts } = await store.write('removePerson', { personId: 'ada' });
  assert.deepEqual(counts, {
    people: 2,
    faces: 5,
    embeddings: 5,
    visits: 3,
    triggers: 3,
    notifications: 2,
    strangers: 2,
    backups: 0,
  });
  assert.deepEqual(files.toSorted(), [
    'people/ada-1.jpg',
    'people/ada-2.jpg',
    'people/lady-1.jpg',
    'people/not-bob.jpg',
    'visits/v1/face.jpg',
    'visits/v1/frame-1.jpg',
    'visits/v1/thumbnail.jpg',
    'visits/v3/frame-1.jpg',
    'visits/v3/thumbnail.jpg',
  ]);
  assert.deepEqual(store.read.leftoverFiles(20), files.toSorted());
  assert.deepEqual(
    store.read.people().map(({ id }) => id),
    ['bob'],
  );
  assert.deepEqual(
    store.read.embeddings(recogniser).map(({ faceId }) => faceId),
    ['bob-1'],
  );
  assert.deepEqual(
    store.read.visits({ limit: 9 }).map(({ id }) => id),
    ['v5', 'v4'],
  );
  assert.equal((await faultOfWrite(store.write('removePerson', { personId: 'ada' }))).kind, 'constraint');
});

test('another person’s visit forgets the name of the one removed', async (t) => {
  const store = storeInMemory(t);
  await fill(store);
  await store.write('removePerson', { personId: 'ada' });
  const visit = store.read.visit('v4');
  assert.deepEqual(visit?.decision?.candidates, candidates.slice(1));
  assert.equal(visit?.reason, reasonOfV4('somebody who was removed'), 'the rest of the reason stays');
  assert.deepEqual(
    store.read.notificationsOf('v4').map(({ id }) => id),
    ['ring-of-v4', 'clean-of-v4'],
  );
  assert.equal(store.read.visit('v5')?.reason, 'nobody is near enough');
});

test('a name is taken out of a reason however long or odd it is, and the names of others stay', async (t) => {
  const store = storeInMemory(t);
  const long = 'Hubert Blaine Wolfeschlegelsteinhausenbergerdorff the Elder of Philadelphia'.repeat(2);
  const odd = 'A+ (B|C) $& [x] \\d';
  for (const [id, called] of [['ann', 'Ann'], ['anna', 'Anna'], ['long', long], ['odd', odd]] as const)
    await store.write('addPerson', person(id, { name: called })); // prettier-ignore
  const near = ['ann', 'anna', 'long', 'odd'].map((personId) => ({
    personId,
    name: '',
    distance: 0.5,
    frames: 1,
    deniedMs: 7,
  }));
  await wholeVisit(store, 'v1', {
    decision: { ...decision, candidates: near },
    reason: `Ann (0.57) or Anna (0.58), ${shortName(long)} (0.60) or ${odd} (0.61)`,
  });
  for (const personId of ['ann', 'long', 'odd']) await store.write('removePerson', { personId });
  const who = 'somebody who was removed';
  assert.deepEqual(store.read.visit('v1')?.decision?.candidates, near.slice(1, 2));
  assert.equal(store.read.visit('v1')?.reason, `${who} (0.57) or Anna (0.58), ${who} (0.60) or ${who} (0.61)`);
});

test('a decision that arrives after the removal brings no name back', async (t) => {
  const store = storeInMemory(t);
  await fill(store);
  await store.write('removePerson', { personId: 'ada' });
  await wholeVisit(store, 'v6', { decision: { ...decision, candidates }, reason: `not ${name}` });
  assert.equal(JSON.stringify(store.read.visit('v6')).includes('Lovelace'), false);
});

test('removing somebody who is merged leaves the one they were merged into', async (t) => {
  const store = storeInMemory(t);
  await fill(store);
  const removal = await store.write('removePerson', { personId: 'lady' });
  assert.deepEqual([removal.people, removal.faces, removal.visits], [1, 1, 1]);
  assert.deepEqual(
    store.read.people().map(({ id }) => id),
    ['ada', 'bob'],
  );
});
