import assert from 'node:assert/strict';
import test from 'node:test';

import { peopleMax } from '../../src/people/teach.ts';
import { PlainStore } from '../fakes/plain-store.ts';
import { fakePerson } from '../fakes/gallery-faces.ts';
import { pictureOf, vectorOf } from '../fakes/scripted-faces.ts';
import { aHouse, fromFiles, reasonOf } from './house.ts';

test('among 10,000 people everyone is told apart, one more is refused, and a place that is freed is taken', async (t) => {
  const store = new PlainStore();
  t.after(() => store.close());
  const quality = { widthPx: 90, sharpness: 150, yawDeg: 0, pitchDeg: 0, rollDeg: 0, light: 120, contrast: 45 };
  for (let who = 1; who < peopleMax; who += 1) {
    const personId = `p${who}`;
    await store.write('addPerson', fakePerson({ id: personId, name: `Person ${who}` }));
    const face = {
      id: `f${who}`, kind: 'reference', source: 'file', personId, visitId: undefined, picture: `people/f${who}.jpg`,
      landmarks: new Float32Array(136), quality, createdMs: 1,
    } as const; // prettier-ignore
    await store.write('addFace', { face, recogniser: 'scripted-1', vector: vectorOf({ who }) });
  }
  const house = aHouse(t, { store });
  for (const who of [1, 4999, 9999]) assert.deepEqual(await house.namesFor({ who, look: 1 }), [`Person ${who}`]);
  await house.enrolled('The last one', { who: 20_000 });
  assert.deepEqual(await house.namesFor({ who: 20_000, look: 2 }), ['The last one']);
  assert.equal(house.parts.gallery.size, peopleMax);
  const oneMore = fromFiles({ name: 'One more' }, pictureOf({ who: 20_001 }));
  assert.equal(reasonOf(await house.household.enrol(oneMore)), 'household-full');
  assert.equal(reasonOf(await house.household.remove({ personId: 'p17', actor: 'owner' })), 'removed');
  assert.deepEqual(await house.namesFor({ who: 17, look: 1 }), []);
  assert.equal(reasonOf(await house.household.enrol(oneMore)), 'enrolled');
});
