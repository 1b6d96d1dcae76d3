import assert from 'node:assert/strict';
import test from 'node:test';
import { Gallery } from '../../src/people/gallery.ts';
import { fakeEmbedding, fakePerson, spreadVector } from '../fakes/gallery-faces.ts';
import { faceOf } from '../web/neighbours.ts';

const query = spreadVector(1);

/** A vector at this distance from the query, in the direction of one axis. */
function near(distance: number, axis: number): Float32Array {
  const vector = query.slice();
  vector[axis] = (vector[axis] ?? 0) + distance;
  return vector;
}

test('a face is matched as if some had never been taught, and they are there again afterwards', () => {
  const people = [fakePerson({ id: 'ada' }), fakePerson({ id: 'bea' }), fakePerson({ id: 'cyd' })];
  const embeddings = [
    fakeEmbedding({ faceId: 'a1', personId: 'ada', vector: near(0.2, 0) }),
    fakeEmbedding({ faceId: 'a2', personId: 'ada', vector: near(0.4, 1) }),
    fakeEmbedding({ faceId: 'b1', personId: 'bea', vector: near(0.5, 2) }),
    fakeEmbedding({ faceId: 'c1', personId: 'cyd', vector: near(0.3, 3) }),
    fakeEmbedding({ faceId: 'not-cyd', kind: 'negative', personId: 'cyd', vector: near(0.1, 4) }),
  ];
  const face = (id: string) => faceOf(id, 'cyd');
  const read = { people: () => people, embeddings: () => embeddings, face };
  const gallery = new Gallery(read, { recogniser: 'bench' });
  const before = gallery.match(query);
  const told = ({ candidates }: typeof before) =>
    candidates.map(({ name, distance, crowd = 0 }) => `${name} ${distance.toFixed(2)} ${crowd.toFixed(1)}`);
  assert.deepEqual(told(before), ['ada 0.20 5.4', 'bea 0.50 3.0']);
  assert.deepEqual(told(gallery.matchWithout(['a1', 'nobody'], query)), ['ada 0.40 3.0', 'bea 0.50 3.0']);
  assert.deepEqual(told(gallery.matchWithout(['not-cyd'], query)), ['ada 0.20 5.4', 'cyd 0.30 3.0', 'bea 0.50 3.0']);
  assert.deepEqual(told(gallery.matchWithout(['a1', 'a2'], query)), ['bea 0.50 2.0']);
  assert.deepEqual(gallery.match(query), before);
});

test('they are as easy to take for somebody as before, where strangers look alike', () => {
  const people = [fakePerson({ id: 'ada' })];
  const embeddings = [fakeEmbedding({ faceId: 'a1', personId: 'ada', vector: near(0.3, 0) })];
  const read = { people: () => people, embeddings: () => embeddings, face: (id: string) => faceOf(id, 'ada') };
  const density = { centroids: [spreadVector(2)], weight: 0.05, typical: 0.1 };
  const gallery = new Gallery(read, { recogniser: 'bench', scoring: { numbers: 128, unlike: 1, length: 1, density } });
  const before = gallery.match(query);
  assert.ok((before.candidates[0]?.distance ?? 0) > 0.1);
  assert.equal(gallery.matchWithout(['a1'], query).candidates.length, 0);
  assert.deepEqual(gallery.match(query), before);
});
