import assert from 'node:assert/strict';
import test from 'node:test';

import { reembedMissing } from '../../src/people/reembed.ts';
import { ScriptedFaces } from '../fakes/scripted-faces.ts';
import { aHouse } from './house.ts';

const clock = { sleep: () => Promise.resolve() };

test('after a change of the recogniser every face is embedded again from its crop, and nothing is compared before', async (t) => {
  const house = aHouse(t);
  const ada = await house.enrolled('Ada', { who: 1 }, { who: 1, look: 1 });
  await house.enrolled('Bea', { who: 2 });
  await house.visited('v1', { who: 3 }, { strangerId: 's' });
  const scripted = new ScriptedFaces('scripted-2', { shift: 0.5 });
  const changed = aHouse(t, { store: house.store, disk: house.disk, scripted });
  assert.equal(changed.parts.gallery.size, 0);
  assert.deepEqual(await changed.namesFor({ who: 1 }), []);
  const result = await reembedMissing({ ...changed.parts, clock }, new AbortController().signal);
  assert.deepEqual(result, { outcome: 'done', embedded: 4, unusable: 0 });
  assert.deepEqual(await changed.namesFor({ who: 1, look: 2 }), ['Ada']);
  assert.deepEqual(await changed.namesFor({ who: 2 }), ['Bea']);
  const vector = house.store.read.embeddings('scripted-2').find(({ kind }) => kind === 'visit')?.vector;
  assert(vector !== undefined);
  assert.equal(changed.parts.gallery.nearestStranger(vector)?.strangerId, 's');
  assert.equal(house.store.read.embeddings('scripted-1').filter(({ personId }) => personId === ada.id).length, 2);
  assert.deepEqual(await reembedMissing({ ...changed.parts, clock }, new AbortController().signal), { outcome: 'done', embedded: 0, unusable: 0 }); // prettier-ignore
});

test('a crop that is gone or broken is left out, said once, and does not stop the others', async (t) => {
  const house = aHouse(t);
  for (let who = 1; who <= 40; who += 1) await house.enrolled(`Person ${who}`, { who });
  const faces = house.store.read.facesWithout('scripted-2', 100);
  for (const face of faces.slice(0, 20)) await house.disk.remove(`/home/${face.picture}`);
  await house.disk.write(`/home/${faces[20]?.picture}`, 'not a picture');
  const changed = aHouse(t, { store: house.store, disk: house.disk, scripted: new ScriptedFaces('scripted-2') });
  const result = await reembedMissing({ ...changed.parts, clock }, new AbortController().signal);
  assert.deepEqual(result, { outcome: 'done', embedded: 19, unusable: 21 });
  assert.equal(changed.parts.gallery.size, 19);
  assert.equal(changed.log.lines.filter(({ message }) => message === 'cannot embed a face again').length, 21);
});

test('it rests after each face, and stops when it is told to', async (t) => {
  const house = aHouse(t);
  for (let who = 1; who <= 5; who += 1) await house.enrolled(`Person ${who}`, { who });
  const changed = aHouse(t, { store: house.store, disk: house.disk, scripted: new ScriptedFaces('scripted-2') });
  const stop = new AbortController();
  let rests = 0;
  const sleep = (): Promise<void> => {
    rests += 1;
    if (rests === 3) stop.abort();
    return Promise.resolve();
  };
  const result = await reembedMissing({ ...changed.parts, clock: { sleep } }, stop.signal);
  assert.deepEqual(result, { outcome: 'stopped', embedded: 3, unusable: 0 });
});
