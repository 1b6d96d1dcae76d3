import assert from 'node:assert/strict';
import test from 'node:test';

import { addFace, face, openedStore, person, recogniser } from './samples.ts';

const people = 10_000;
const writesAtOnce = 250;

test('10,000 people with two faces each are stored and loaded', async (t) => {
  const store = await openedStore(t);
  for (let from = 0; from < people; from += writesAtOnce) {
    const writes = [];
    for (let i = from; i < from + writesAtOnce; i += 1) {
      writes.push(store.write('addPerson', person(`p${i}`)));
      for (const side of [1, 2])
        writes.push(addFace(store, 2 * i + side, face(`f${i}-${side}`, { personId: `p${i}` })));
    }
    await Promise.all(writes);
  }
  for (const [what, read] of [
    ['embeddings', () => store.read.embeddings(recogniser).length],
    ['people', () => store.read.people().length],
    ['counts', () => store.read.counts().referenceFaces],
    ['faces of one', () => store.read.facesOf('p5000').length],
  ] as const) {
    const startedMs = performance.now();
    const count = read();
    t.diagnostic(`${what}: ${count} in ${(performance.now() - startedMs).toFixed(1)} ms`);
  }
  assert.equal(store.read.embeddings(recogniser).length, 2 * people);
  assert.equal(store.read.people().length, people);
  assert.deepEqual(store.read.counts().referenceFaces, 2 * people);
});
