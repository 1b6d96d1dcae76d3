import assert from 'node:assert/strict';
import test from 'node:test';

import fc from 'fast-check';

import { Gallery, negativeRadius } from '../../src/people/gallery.ts';
import { candidatesMax } from '../../src/people/face-match.ts';
import type { Person, StoredEmbedding } from '../../src/store/records.ts';
import { fakeEmbedding, fakePerson, spreadVector } from '../fakes/gallery-faces.ts';
import { faceOf } from '../web/neighbours.ts';

function galleryOf(people: readonly Person[], embeddings: readonly StoredEmbedding[]): Gallery {
  const face = (id: string) => ({ ...faceOf(id, 'ada'), createdMs: 1234 });
  return new Gallery({ people: () => people, embeddings: () => embeddings, face }, { recogniser: 'bench' });
}

/** A vector at this distance from the query, in the direction of one axis. */
function near(query: Float32Array, distance: number, axis = 0): Float32Array {
  const vector = query.slice();
  vector[axis] = (vector[axis] ?? 0) + distance;
  return vector;
}

function namesOf(gallery: Gallery, query: Float32Array): readonly string[] {
  return gallery.match(query).candidates.map(({ name }) => name);
}

const query = spreadVector(1);

test('the nearest people come first, each once, by their nearest face', () => {
  const gallery = galleryOf(
    [fakePerson({ id: 'ada' }), fakePerson({ id: 'bea' })],
    [
      fakeEmbedding({ faceId: 'a1', personId: 'ada', vector: near(query, 0.7) }),
      fakeEmbedding({ faceId: 'b1', personId: 'bea', vector: near(query, 0.5) }),
      fakeEmbedding({ faceId: 'a2', personId: 'ada', vector: near(query, 0.4) }),
    ],
  );
  const found = gallery
    .match(query)
    .candidates.map(({ name, faceId, distance }) => [name, faceId, distance.toFixed(3)]);
  assert.deepEqual(found, [
    ['ada', 'a2', '0.400'],
    ['bea', 'b1', '0.500'],
  ]);
});

test('a match carries the standing and the rule of the person who counts', () => {
  const gallery = galleryOf(
    [
      fakePerson({ id: 'ada', standing: 'watched', notify: 'always' }),
      fakePerson({ id: 'adas double', mergedInto: 'ada', standing: 'ignored', notify: 'never' }),
    ],
    [fakeEmbedding({ faceId: 'd', personId: 'adas double', vector: near(query, 0.2) })],
  );
  const [candidate] = gallery.match(query).candidates;
  assert.deepEqual(
    [candidate?.personId, candidate?.standing, candidate?.notify, candidate?.faceId],
    ['ada', 'watched', 'always', 'd'],
  );
});

test('un-merging gives the face back', () => {
  const people = [fakePerson({ id: 'ada' }), fakePerson({ id: 'bea', mergedInto: 'ada' })];
  const gallery = galleryOf(people, [fakeEmbedding({ faceId: 'b', personId: 'bea', vector: near(query, 0.3) })]);
  assert.deepEqual(namesOf(gallery, query), ['ada']);
  people[1] = fakePerson({ id: 'bea' });
  gallery.refreshPeople();
  assert.deepEqual(namesOf(gallery, query), ['bea']);
});

test('merges are followed to their end, and a circle does not hang', () => {
  const chain = [
    fakePerson({ id: 'a' }),
    fakePerson({ id: 'b', mergedInto: 'a' }),
    fakePerson({ id: 'c', mergedInto: 'b' }),
  ];
  const faces = [fakeEmbedding({ faceId: 'f', personId: 'c', vector: query })];
  assert.deepEqual(namesOf(galleryOf(chain, faces), query), ['a']);
  const circle = [fakePerson({ id: 'b', mergedInto: 'c' }), fakePerson({ id: 'c', mergedInto: 'b' })];
  assert.equal(galleryOf(circle, faces).match(query).candidates.length, 1);
});

test('"not this person" holds where it is nearer than the person, and only for that person', () => {
  const faces = (negativeDistance: number): StoredEmbedding[] => [
    fakeEmbedding({ faceId: 'a', personId: 'ada', vector: near(query, 0.45, 0) }),
    fakeEmbedding({ faceId: 'b', personId: 'bea', vector: near(query, 0.48, 1) }),
    fakeEmbedding({ faceId: 'n', kind: 'negative', personId: 'ada', vector: near(query, negativeDistance, 2) }),
  ];
  const people = [fakePerson({ id: 'ada' }), fakePerson({ id: 'bea' })];
  assert.deepEqual(namesOf(galleryOf(people, faces(0.4)), query), ['bea']);
  assert.deepEqual(namesOf(galleryOf(people, faces(0.5)), query), ['ada', 'bea']);
});

test('a face next to a negative is not the person, however near the person is', () => {
  const people = [fakePerson({ id: 'ada' })];
  const faces = (negativeDistance: number): StoredEmbedding[] => [
    fakeEmbedding({ faceId: 'a', personId: 'ada', vector: near(query, 0.1, 0) }),
    fakeEmbedding({ faceId: 'n', kind: 'negative', personId: 'ada', vector: near(query, negativeDistance, 1) }),
  ];
  assert.deepEqual(namesOf(galleryOf(people, faces(negativeRadius - 0.01)), query), []);
  assert.deepEqual(namesOf(galleryOf(people, faces(negativeRadius + 0.01)), query), ['ada']);
});

test('a negative of somebody merged into the person counts for the person', () => {
  const people = [fakePerson({ id: 'ada' }), fakePerson({ id: 'old', mergedInto: 'ada' })];
  const gallery = galleryOf(people, [
    fakeEmbedding({ faceId: 'a', personId: 'ada', vector: near(query, 0.4, 0) }),
    fakeEmbedding({ faceId: 'n', kind: 'negative', personId: 'old', vector: near(query, 0.3, 1) }),
  ]);
  assert.deepEqual(namesOf(gallery, query), []);
  assert.deepEqual(gallery.negativesAgainst('ada', query), ['n']);
});

test('embeddings of another recogniser are never compared', () => {
  const people = [fakePerson({ id: 'ada' })];
  const other = { personId: 'ada', recogniser: 'another', vector: query };
  const gallery = galleryOf(people, [fakeEmbedding({ faceId: 'a', ...other })]);
  gallery.add(fakeEmbedding({ faceId: 'b', ...other }));
  gallery.add(fakeEmbedding({ faceId: 'v', ...other, kind: 'visit', personId: undefined, strangerId: 's' }));
  assert.deepEqual(gallery.match(query).candidates, []);
  assert.equal(gallery.nearestStranger(query), undefined);
  assert.equal(gallery.size, 0);
});

test('a face is found as soon as it is added, and gone as soon as it is forgotten, without reading anything again', () => {
  const people = [fakePerson({ id: 'ada' })];
  let reads = 0;
  const embeddings = (): StoredEmbedding[] => ((reads += 1), []);
  const gallery = new Gallery({ people: () => people, embeddings, face: () => undefined }, { recogniser: 'bench' });
  for (let i = 0; i < 300; i += 1)
    gallery.add(fakeEmbedding({ faceId: `f${i}`, personId: 'ada', vector: near(query, 0.5 + i / 1000) }));
  people.push(fakePerson({ id: 'bea' }));
  gallery.add(fakeEmbedding({ faceId: 'b', personId: 'bea', vector: near(query, 0.2) }));
  assert.deepEqual(namesOf(gallery, query), ['bea', 'ada']);
  gallery.forget('b');
  gallery.forget('f0');
  assert.deepEqual(
    gallery.match(query).candidates.map(({ name, faceId }) => [name, faceId]),
    [['ada', 'f1']],
  );
  assert.equal(gallery.size, 299);
  assert.equal(reads, 1);
});

test('a stranger is as near as the nearest of the faces seen; who has a name is no stranger', () => {
  const visit = (faceId: string, strangerId: string | undefined, distance: number): StoredEmbedding =>
    fakeEmbedding({ faceId, kind: 'visit', strangerId, visitId: faceId, vector: near(query, distance) });
  const gallery = galleryOf(
    [],
    [visit('v1', 's1', 0.6), visit('v2', 's2', 0.5), visit('v3', 's1', 0.3), visit('v4', undefined, 0)],
  );
  const found = gallery.nearestStranger(query);
  assert.deepEqual([found?.strangerId, found?.distance.toFixed(3)], ['s1', '0.300']);
  gallery.forget('v3');
  assert.equal(gallery.nearestStranger(query)?.strangerId, 's2');
});

test('whatever is added and forgotten in whatever order, what is left is found', () => {
  const act = fc.record({
    id: fc.integer({ min: 0, max: 5 }),
    seed: fc.integer({ min: 0, max: 20 }),
    forgets: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(act, { minLength: 20, maxLength: 40 }), (acts) => {
      const gallery = galleryOf([fakePerson({ id: 'ada' })], []);
      const left = new Map<string, StoredEmbedding>();
      for (const { id, seed, forgets } of acts) {
        const faceId = `f${id}`;
        const face = fakeEmbedding({ faceId, personId: 'ada', vector: spreadVector(seed) });
        if (forgets) gallery.forget(faceId);
        else gallery.add(face);
        if (forgets) left.delete(faceId);
        else left.set(faceId, face);
        const nearest = plainSearch([fakePerson({ id: 'ada' })], [...left.values()], query)[0];
        assert.equal(gallery.match(query).candidates[0]?.distance.toFixed(6), nearest?.toFixed(6));
        assert.equal(gallery.size, left.size);
      }
    }),
    { numRuns: 50 },
  );
});

test('the gallery finds exactly what a plain search over everything finds', () => {
  const face = fc.record({
    person: fc.integer({ min: 0, max: 11 }),
    seed: fc.integer({ min: 0, max: 40 }),
    isNegative: fc.boolean(),
  });
  const merges = fc.dictionary(fc.constantFrom('0', '3', '7'), fc.integer({ min: 0, max: 11 }), { maxKeys: 3 });
  fc.assert(
    fc.property(
      fc.array(face, { maxLength: 60, size: 'max' }),
      merges,
      fc.integer({ min: 0, max: 60 }),
      (faces, mergedInto, seed) => {
        const people = Array.from({ length: 12 }, (_, id) => {
          const into = mergedInto[String(id)];
          const isMerged = into !== undefined && ![0, 3, 7].includes(into);
          return fakePerson({ id: String(id), mergedInto: isMerged ? String(into) : undefined });
        });
        const embeddings = faces.map(({ person, seed: at, isNegative }, i) => {
          const kind = isNegative && at % 3 === 0 ? 'negative' : 'reference';
          return fakeEmbedding({ faceId: `f${i}`, kind, personId: String(person), vector: spreadVector(at) });
        });
        const gallery = galleryOf(people, embeddings.slice(0, 30));
        for (const embedding of embeddings.slice(30)) gallery.add(embedding);
        const found = gallery.match(spreadVector(seed)).candidates.map(({ distance }) => distance);
        const plain = plainSearch(people, embeddings, spreadVector(seed));
        assert.equal(found.length, plain.length);
        for (const [i, distance] of found.entries()) assert.ok(Math.abs(distance - (plain[i] ?? 0)) < 1e-9);
      },
    ),
    { numRuns: 60 },
  );
});

function plainSearch(people: readonly Person[], faces: readonly StoredEmbedding[], from: Float32Array): number[] {
  const owner = (id: string | undefined): string => people.find((person) => person.id === id)?.mergedInto ?? id ?? '';
  const distances = (person: string, kind: string): number[] =>
    faces
      .filter((face) => face.kind === kind && owner(face.personId) === person)
      .map(({ vector }) => Math.hypot(...Array.from(vector, (value, i) => value - (from[i] ?? 0))));
  return people
    .map(({ id }) => ({ own: Math.min(...distances(id, 'reference')), not: Math.min(...distances(id, 'negative')) }))
    .filter(({ own, not }) => Number.isFinite(own) && own < not && not >= negativeRadius)
    .map(({ own }) => own)
    .toSorted((a, b) => a - b)
    .slice(0, candidatesMax);
}

test('who is left out because of a negative is told, with the distance and when it was said; nobody else is', () => {
  const people = ['ada', 'bea', 'cleo'].map((id) => fakePerson({ id }));
  const deniedBy = (adaDistance: number, negativeDistance: number) =>
    galleryOf(people, [
      fakeEmbedding({ faceId: 'a', personId: 'ada', vector: near(query, adaDistance) }),
      fakeEmbedding({ faceId: 'n', kind: 'negative', personId: 'ada', vector: near(query, negativeDistance, 1) }),
      fakeEmbedding({ faceId: 'b', personId: 'bea', vector: near(query, 0.3, 2) }),
      fakeEmbedding({ faceId: 'm', kind: 'negative', personId: 'bea', vector: near(query, 0.9, 3) }),
    ])
      .match(query)
      .denied?.map(({ personId, distance, saidMs }) => [personId, distance.toFixed(2), saidMs]);
  assert.deepEqual(deniedBy(0.4, 0.35), [['ada', '0.40', 1234]]);
  assert.deepEqual(deniedBy(0.1, negativeRadius - 0.01), [['ada', '0.10', 1234]]);
  assert.deepEqual(deniedBy(0.4, 0.45), []);
});

test('a gallery compares by the scoring of its recogniser: near in a crowd is no nearer than far where nobody is', () => {
  const axis = (at: number, aside: number): Float32Array =>
    new Float32Array(32).map((_, place) => (place === at ? 1 : place === 31 ? aside : 0));
  const density = { centroids: [axis(0, 0)], weight: 0.5, typical: 0 };
  const faces = [
    fakeEmbedding({ faceId: 'crowded', personId: 'ada', vector: axis(0, 0.1) }),
    fakeEmbedding({ faceId: 'alone', personId: 'bea', vector: axis(1, 0.1) }),
    fakeEmbedding({ faceId: 'stranger', kind: 'visit', visitId: 'v', strangerId: 's', vector: axis(1, 0.1) }),
  ];
  const parts = { people: () => [fakePerson({ id: 'ada' }), fakePerson({ id: 'bea' })], embeddings: () => faces };
  const open = (more: object): Gallery =>
    new Gallery({ ...parts, face: () => undefined }, { recogniser: 'bench', scoring: { numbers: 32, length: 1, unlike: 1, ...more } }); // prettier-ignore
  const between = new Float32Array(32).map((_, place) => (place === 0 ? 0.8 : place === 1 ? 0.6 : 0));
  const [plain] = open({}).match(between).candidates;
  const [corrected, second] = open({ density }).match(between).candidates;
  assert.deepEqual([plain?.personId, corrected?.personId, second?.personId], ['ada', 'bea', 'ada']);
  // Never below 0, and the same of a stranger.
  assert.equal(corrected?.distance, 0);
  assert.deepEqual(open({ density }).nearestStranger(between), { strangerId: 's', distance: 0 });
  assert.equal(open({ density }).unlikenessTo('ada', axis(0, 0.1)), 0);
});

test('a candidate counts for as many faces as the household has people and the person pictures', () => {
  const near1 = near(query, 0.3);
  const gallery = galleryOf(
    [fakePerson({ id: 'ada' }), fakePerson({ id: 'bea' }), fakePerson({ id: 'twin', mergedInto: 'bea' }), fakePerson({ id: 'new' })],
    [
      fakeEmbedding({ faceId: 'a', personId: 'ada', vector: near1 }),
      ...['b', 'c'].map((faceId) => fakeEmbedding({ faceId, personId: 'bea', vector: near(query, 0.4) })),
      fakeEmbedding({ faceId: 'd', personId: 'twin', vector: near(query, 0.5) }),
    ],
  ); // prettier-ignore
  const [ada, bea] = gallery.match(query).candidates;
  // Who has no picture, and who is merged, is nobody whom a stranger could be taken for.
  assert.deepEqual([ada?.crowd, bea?.crowd], [2, 2 * 3 ** 0.85]);
});
