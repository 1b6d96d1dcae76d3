import assert from 'node:assert/strict';
import test from 'node:test';

import { addFace, decision, face, faultOfWrite, openVisit, person, recogniser, storeInMemory, vector, wholeVisit } from './samples.ts'; // prettier-ignore

const hostileNames = [
  'ä'.repeat(500),
  '👩‍👩‍👧‍👦'.repeat(70),
  "Robert'); DROP TABLE people;--",
  '"quoted" \\ back\\slash % _ $name @id ?1 :x',
  'before\0after',
  '\u202Eright to left\u202C ‏אדה',
  '陈伟 Łukasz Ὀδυσσεύς ada\u0301 مرحبا',
  '<script>alert(1)</script>\r\n\t',
  ' ',
  '',
];

test('a name of any kind comes back as it was given, and finds its visits', async (t) => {
  const store = storeInMemory(t);
  for (const [index, name] of hostileNames.entries()) {
    const id = `person-${index}`;
    await store.write('addPerson', person(id, { name: 'before' }));
    await store.write('renamePerson', { personId: id, name });
    const candidates = [{ personId: id, name, distance: 0.3, frames: 2 }];
    await wholeVisit(store, `v${index}`, { outcome: 'known', personId: id, reason: name, decision: { ...decision, candidates } }); // prettier-ignore
    assert.equal(store.read.person(id)?.name, name);
    const [visit] = store.read.visits({ limit: 5, personId: id });
    assert.deepEqual([visit?.personName, visit?.reason, visit?.decision?.candidates], [name, name, candidates]);
  }
  assert.deepEqual(new Set(store.read.people().map(({ name }) => name)), new Set(hostileNames));
});

test('ids of any kind are only ids', async (t) => {
  const store = storeInMemory(t);
  const id = `'; DELETE FROM people; --\0"`;
  await store.write('addPerson', person(id));
  assert.equal(store.read.person(id)?.id, id);
  assert.equal(store.read.person(`' OR 1=1 --`), undefined);
});

test('people keep their rules, and one that is not there is refused', async (t) => {
  const store = storeInMemory(t);
  await store.write('addPerson', person('ada'));
  await store.write('setPersonRules', { personId: 'ada', standing: 'watched', notify: 'never' });
  assert.deepEqual(store.read.person('ada'), person('ada', { standing: 'watched', notify: 'never' }));
  assert.equal(store.read.person('nobody'), undefined);
  for (const write of [
    store.write('addPerson', person('ada')),
    store.write('renamePerson', { personId: 'nobody', name: 'x' }),
    store.write('setPersonRules', { personId: 'nobody', standing: 'ignored', notify: 'always' }),
    store.write('mergePerson', { personId: 'nobody', into: 'ada' }),
    store.write('mergePerson', { personId: 'ada', into: 'nobody' }),
    store.write('unmergePerson', { personId: 'nobody' }),
    store.write('removePerson', { personId: 'nobody' }),
  ]) {
    const fault = await faultOfWrite(write);
    assert.equal(fault.kind, 'constraint');
    assert.match(fault.message, /^cannot /);
  }
});

test('merged people count as one, over several steps, until they are un-merged', async (t) => {
  const store = storeInMemory(t);
  for (const id of ['ada', 'lady', 'countess']) await store.write('addPerson', person(id, { name: id }));
  await wholeVisit(store, 'v1', { outcome: 'known', personId: 'countess' });
  await wholeVisit(store, 'v2', { outcome: 'known', personId: 'ada' });
  await store.write('mergePerson', { personId: 'countess', into: 'lady' });
  await store.write('mergePerson', { personId: 'lady', into: 'ada' });
  const visit = store.read.visit('v1');
  assert.deepEqual([visit?.personId, visit?.personName], ['ada', 'ada']);
  const visitsOf = (personId: string): string[] => store.read.visits({ limit: 9, personId }).map(({ id }) => id);
  assert.deepEqual(visitsOf('ada'), ['v2', 'v1']);
  assert.equal(store.read.counts().people, 1);
  assert.equal(store.read.person('countess')?.mergedInto, 'lady');

  const circle = await faultOfWrite(store.write('mergePerson', { personId: 'ada', into: 'countess' }));
  assert.equal(circle.kind, 'constraint');
  assert.equal((await faultOfWrite(store.write('mergePerson', { personId: 'ada', into: 'ada' }))).kind, 'constraint');

  await store.write('unmergePerson', { personId: 'lady' });
  assert.deepEqual([store.read.visit('v1')?.personName, visitsOf('ada'), visitsOf('lady')], ['lady', ['v2'], ['v1']]);
});

test('faces come in the order of recording, whatever the clocks said: the first is the first to go', async (t) => {
  const store = storeInMemory(t);
  await store.write('addPerson', person('ada'));
  for (const [index, createdMs] of [9e12, 0, 5].entries())
    await addFace(store, index, face(`face-${index}`, { kind: 'negative', personId: 'ada', createdMs }));
  assert.deepEqual(
    store.read.facesOf('ada').map(({ id }) => id),
    ['face-0', 'face-1', 'face-2'],
  );
});

test('faces and their embeddings come back exactly, by recogniser', async (t) => {
  const store = storeInMemory(t);
  await store.write('addPerson', person('ada'));
  await openVisit(store, 'v');
  const reference = face('reference', { personId: 'ada', visitId: 'v', source: 'visit' });
  const negative = face('negative', { personId: 'ada', kind: 'negative', source: 'camera', createdMs: 2000 });
  await addFace(store, 1, reference);
  await addFace(store, 2, negative);
  assert.deepEqual(store.read.facesOf('ada'), [reference, negative]);
  assert.deepEqual(store.read.face('negative'), negative);
  assert.deepEqual(store.read.embeddings(recogniser)[0], {
    faceId: 'reference',
    kind: 'reference',
    personId: 'ada',
    visitId: 'v',
    strangerId: undefined,
    recogniser,
    vector: vector(1),
  });
  assert.deepEqual(store.read.embeddings('another'), []);

  assert.deepEqual(store.read.facesWithout('another', 1), [reference]);
  await store.write('addEmbedding', { faceId: 'reference', recogniser: 'another', vector: vector(3) });
  await store.write('addEmbedding', { faceId: 'reference', recogniser: 'another', vector: vector(4) });
  assert.deepEqual(store.read.facesWithout('another', 9), [negative]);
  assert.deepEqual(
    store.read.embeddings('another').map((stored) => stored.vector),
    [vector(4)],
  );

  assert.deepEqual(await store.write('removeFace', { faceId: 'reference' }), { files: ['people/reference.jpg'] });
  assert.deepEqual(await store.write('removeFace', { faceId: 'reference' }), { files: [] });
  assert.deepEqual(store.read.embeddings('another'), []);
  assert.deepEqual(store.read.facesOf('ada'), [negative]);
});

test('a vector that could never be compared is refused, and so is a face of nobody', async (t) => {
  const store = storeInMemory(t);
  const broken = vector(1);
  broken[7] = Number.NaN;
  for (const input of [
    { face: face('f'), recogniser, vector: broken },
    { face: face('f'), recogniser, vector: new Float32Array() },
    { face: face('f', { personId: 'nobody' }), recogniser, vector: vector(1) },
    { face: face('f', { landmarks: new Float32Array([Number.POSITIVE_INFINITY]) }), recogniser, vector: vector(1) },
  ]) {
    assert.equal((await faultOfWrite(store.write('addFace', input))).kind, 'constraint');
  }
  assert.equal(store.read.face('f'), undefined);
});

test('a picture that another face still needs is not given up', async (t) => {
  const store = storeInMemory(t);
  await addFace(store, 1, face('one', { picture: 'people/shared.jpg' }));
  await addFace(store, 2, face('two', { picture: 'people/shared.jpg' }));
  assert.deepEqual(await store.write('removeFace', { faceId: 'one' }), { files: [] });
  assert.deepEqual(await store.write('removeFace', { faceId: 'two' }), { files: ['people/shared.jpg'] });
});
