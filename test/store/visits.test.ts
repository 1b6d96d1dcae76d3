import assert from 'node:assert/strict';
import test from 'node:test';

import {
  addFace, decided, decision, face, faultOfWrite, notification, storeInMemory, openVisit, person, quality, recogniser,
  trigger, vector, wholeVisit,
} from './samples.ts'; // prettier-ignore

test('a visit is there from the trigger on, and holds everything that was decided', async (t) => {
  const store = storeInMemory(t);
  await store.write('openVisit', {
    visit: { id: 'v', source: 'button', startedMs: 5000 },
    trigger: trigger('v', { press: 'hold' }),
    notifications: [notification('ring', { visitId: 'v', payload: '{"kind":"ring"}' })],
  });
  assert.deepEqual(store.read.visit('v'), {
    id: 'v',
    phase: 'open',
    source: 'button',
    startedMs: 5000,
    frames: [],
    picture: undefined,
    thumbnail: undefined,
    outcome: undefined,
    personId: undefined,
    personName: undefined,
    strangerId: undefined,
    reason: undefined,
    decision: undefined,
    trace: {},
  });
  assert.deepEqual(
    store.read.notificationsOf('v').map(({ id, status }) => [id, status]),
    [['ring', 'pending']],
  );

  const later = trigger('v', { id: 'later', source: 'motion', press: undefined, atMs: 5500 });
  await store.write('addTrigger', { trigger: later, notifications: [] });
  assert.deepEqual(store.read.triggersOf('v'), [trigger('v', { press: 'hold' }), later]);

  await store.write('saveFrames', { visitId: 'v', frames: ['visits/v/frame-0.jpg', 'visits/v/frame-1.jpg'] });
  assert.equal(store.read.visit('v')?.phase, 'captured');
  assert.deepEqual(
    store.read.unfinishedVisits().map(({ id }) => id),
    ['v'],
  );

  await store.write('addPerson', person('ada', { name: 'Ada' }));
  const candidates = [{ personId: 'ada', name: 'Ada', distance: 0.31, frames: 3 }];
  const outcome = decided('v', {
    outcome: 'known',
    personId: 'ada',
    reason: 'Ada, 0.31 away',
    decision: { ...decision, candidates },
    face: { face: face('f', { kind: 'visit', source: 'visit', visitId: 'v' }), recogniser, vector: vector(1) },
    notifications: [notification('name', { visitId: 'v', kind: 'name' })],
  });
  await store.write('decideVisit', outcome);
  await store.write('saveTrace', { visitId: 'v', trace: { notified: 410 } });
  assert.deepEqual(store.read.visit('v'), {
    id: 'v',
    phase: 'decided',
    source: 'button',
    startedMs: 5000,
    frames: ['visits/v/frame-0.jpg', 'visits/v/frame-1.jpg'],
    picture: 'visits/v/frame-1.jpg',
    thumbnail: 'visits/v/thumbnail.jpg',
    outcome: 'known',
    personId: 'ada',
    personName: 'Ada',
    strangerId: undefined,
    reason: 'Ada, 0.31 away',
    decision: { ...decision, candidates },
    trace: { stored: 1.5, named: 300, notified: 410 },
  });
  assert.deepEqual(store.read.unfinishedVisits(), []);
  const frames = [0, 1, 2].map((number) => `visits/v/frame-${number}.jpg`); // The last one took its time.
  await store.write('saveFrames', { visitId: 'v', frames });
  assert.deepEqual([store.read.visit('v')?.phase, store.read.visit('v')?.frames], ['decided', frames]);
  assert.deepEqual(store.read.faceOfVisit('v')?.quality, quality);
  assert.equal(store.read.notificationsOf('v').length, 2);
});

test('a decision is final, and one that would not read back is refused', async (t) => {
  const store = storeInMemory(t);
  await openVisit(store, 'v');
  const unreadable = await faultOfWrite(
    store.write('decideVisit', decided('v', { decision: { ...decision, agreement: Number.NaN } })),
  );
  assert.equal(unreadable.kind, 'constraint');
  assert.match(unreadable.message, /agreement/);
  assert.equal(store.read.visit('v')?.phase, 'open');

  const noFace = { ...decision, quality: undefined };
  await store.write('decideVisit', decided('v', { outcome: 'no-face', decision: noFace }));
  assert.deepEqual(store.read.visit('v')?.decision, noFace);
  const again = await faultOfWrite(store.write('decideVisit', decided('v')));
  assert.match(again.message, /it is decided/);
  const missing = await faultOfWrite(store.write('saveFrames', { visitId: 'nobody', frames: [] }));
  assert.equal(missing.kind, 'constraint');
});

test('nothing of a write is stored when a part of it cannot be', async (t) => {
  const store = storeInMemory(t);
  await openVisit(store, 'v');
  const twice = notification('same', { visitId: 'v' });
  const fault = await faultOfWrite(store.write('decideVisit', decided('v', { notifications: [twice, twice] })));
  assert.equal(fault.kind, 'constraint');
  assert.equal(store.read.visit('v')?.phase, 'open');
  assert.deepEqual(store.read.notificationsOf('v'), []);
});

test('visits are listed newest first and by what one asks for', async (t) => {
  const store = storeInMemory(t);
  await store.write('addPerson', person('ada'));
  await wholeVisit(store, 'v1', { outcome: 'known', personId: 'ada' });
  await wholeVisit(store, 'v2', { strangerId: 's' });
  await wholeVisit(store, 'v3', { outcome: 'known', personId: 'ada' });
  const ids = (query: object): string[] => store.read.visits({ limit: 10, ...query }).map(({ id }) => id);
  assert.deepEqual(ids({}), ['v3', 'v2', 'v1']);
  assert.deepEqual(ids({ limit: 1 }), ['v3']);
  assert.deepEqual(ids({ beforeMs: 5003 }), ['v2', 'v1']);
  assert.deepEqual(ids({ outcome: 'stranger' }), ['v2']);
  assert.deepEqual(ids({ personId: 'ada', beforeMs: 5003 }), ['v1']);
  assert.deepEqual(ids({ strangerId: 's' }), ['v2']);
  assert.deepEqual(ids({ idBeginning: 'v' }), ['v3', 'v2', 'v1']);
  assert.deepEqual(ids({ idBeginning: 'v2' }), ['v2']);
  assert.deepEqual(ids({ idBeginning: '2' }), []);
  assert.deepEqual(ids({ strangerId: 's', personId: 'ada' }), []);
});

test('a person corrects a visit, which leaves its stranger', async (t) => {
  const store = storeInMemory(t);
  await store.write('addPerson', person('ada', { name: 'Ada' }));
  await openVisit(store, 'open');
  await wholeVisit(store, 'v1', { strangerId: 's' });
  const correction = { personId: 'ada', outcome: 'known', reason: 'Somebody said so' } as const;
  await store.write('correctVisit', { visitId: 'v1', ...correction });
  const corrected = store.read.visit('v1');
  assert.deepEqual(
    [corrected?.personName, corrected?.outcome, corrected?.reason],
    ['Ada', 'known', 'Somebody said so'],
  );
  assert.equal(corrected?.strangerId, undefined);
  assert.equal(store.read.stranger('s'), undefined, 'a stranger without a visit is nobody');
  await store.write('correctVisit', { visitId: 'v1', personId: null, outcome: 'stranger', reason: 'Not Ada' });
  assert.equal(store.read.visit('v1')?.personName, undefined);
  assert.equal(
    (await faultOfWrite(store.write('correctVisit', { visitId: 'open', ...correction }))).kind,
    'constraint',
  );
});

test('naming a stranger tags the visits that went before', async (t) => {
  const store = storeInMemory(t);
  await wholeVisit(store, 'v1', { strangerId: 's', face: { face: face('f1', { kind: 'visit', visitId: 'v1' }), recogniser, vector: vector(1) } }); // prettier-ignore
  await wholeVisit(store, 'v2', { strangerId: 's', thumbnail: undefined });
  await wholeVisit(store, 'v3', { strangerId: 'other' });
  assert.deepEqual(store.read.strangers(10), [
    { id: 'other', createdMs: 6000, personId: undefined, visits: 1, lastSeenMs: 5003, thumbnail: 'visits/v3/thumbnail.jpg' },
    { id: 's', createdMs: 6000, personId: undefined, visits: 2, lastSeenMs: 5002, thumbnail: 'visits/v1/thumbnail.jpg' },
  ]); // prettier-ignore
  assert.equal(store.read.embeddings(recogniser)[0]?.strangerId, 's');
  await store.write('addPerson', person('ada', { name: 'Ada' }));
  const named = await store.write('nameStranger', { strangerId: 's', personId: 'ada', reason: 'Named later' });
  assert.deepEqual(named, { visits: 2 });
  const names = store.read.visits({ limit: 9 }).map((visit) => [visit.id, visit.personName, visit.outcome]);
  assert.deepEqual(names, [
    ['v3', undefined, 'stranger'],
    ['v2', 'Ada', 'known'],
    ['v1', 'Ada', 'known'],
  ]);
  assert.equal(store.read.stranger('s')?.personId, 'ada');
  assert.deepEqual(
    store.read.strangers(1).map(({ id }) => id),
    ['other'],
    'those without a name come first',
  );
  await store.write('createStranger', { strangerId: 'new', createdMs: 7000 });
  assert.equal(store.read.stranger('new')?.lastSeenMs, 7000);
});

test('a visit that is removed takes its own face along and leaves what was enrolled from it', async (t) => {
  const store = storeInMemory(t);
  await store.write('addPerson', person('ada'));
  await openVisit(store, 'v');
  await store.write('saveFrames', { visitId: 'v', frames: ['visits/v/frame-0.jpg', 'visits/v/frame-1.jpg'] });
  await store.write('decideVisit', decided('v', {
    strangerId: 's',
    face: { face: face('own', { kind: 'visit', visitId: 'v', picture: 'visits/v/face.jpg' }), recogniser, vector: vector(1) },
    notifications: [notification('n', { visitId: 'v' })],
  })); // prettier-ignore
  await addFace(store, 2, face('enrolled', { personId: 'ada', visitId: 'v', source: 'visit' }));
  const { files } = await store.write('removeVisit', { visitId: 'v' });
  const expected = ['visits/v/face.jpg', 'visits/v/frame-0.jpg', 'visits/v/frame-1.jpg', 'visits/v/thumbnail.jpg'];
  assert.deepEqual(files.toSorted(), expected);
  assert.equal(store.read.visit('v'), undefined);
  assert.equal(store.read.face('own'), undefined);
  assert.equal(store.read.face('enrolled')?.visitId, undefined);
  assert.equal(store.read.stranger('s'), undefined);
  assert.deepEqual([store.read.triggersOf('v'), store.read.notificationsOf('v')], [[], []]);
  assert.deepEqual(
    store.read.embeddings(recogniser).map(({ faceId }) => faceId),
    ['enrolled'],
  );
  await store.write('saveTrace', { visitId: 'v', trace: { notified: 9 } });
  assert.deepEqual(await store.write('removeVisit', { visitId: 'v' }), { files: [] });

  assert.deepEqual(store.read.leftoverFiles(10), expected, 'a power cut now loses no file to remove');
  await store.write('filesRemoved', { files: expected.slice(1) });
  assert.deepEqual(store.read.leftoverFiles(10), expected.slice(0, 1));
});
