// People and embeddings made up for the gallery's tests and benchmark.
import type { Person, StoredEmbedding } from '../../src/store/records.ts';

export function fakePerson(person: Partial<Person> & { id: string }): Person {
  return { name: person.id, standing: 'household', notify: 'default', createdMs: 0, mergedInto: undefined, ...person };
}

export function fakeEmbedding(embedding: Partial<StoredEmbedding> & { faceId: string }): StoredEmbedding {
  return {
    kind: 'reference',
    personId: undefined,
    visitId: undefined,
    strangerId: undefined,
    recogniser: 'bench',
    vector: new Float32Array(128),
    ...embedding,
  };
}

/**
 * A repeatable vector. Two of them are as far apart as the faces of two people: 0.9 on the mean, and among ten thousand
 * pairs the nearest at about 0.65, because some of the 128 numbers tell people apart better than others.
 */
export function spreadVector(seed: number): Float32Array {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return Float32Array.from({ length: 128 }, (_, i) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const reach = (((i * 37) % 128) + 0.5) / 128;
    return (state / 2 ** 32 - 0.5) * 0.325 * reach;
  });
}
