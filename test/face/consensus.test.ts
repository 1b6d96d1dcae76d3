import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { agreement, median } from '../../src/face/consensus.ts';
import { distance, meanEmbedding } from '../../src/face/similarity.ts';

const embeddings = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 128, maxLength: 128 })
  .map((values) => Float32Array.from(values));

test('half of the values lie on each side of the median, in whatever order they come', () => {
  const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(numbers, (values) => {
      const middle = median(values) ?? Number.NaN;
      assert(values.filter((value) => value < middle).length <= values.length / 2);
      assert(values.filter((value) => value > middle).length <= values.length / 2);
      assert.equal(median(values.toReversed()), middle);
    }),
  );
  assert.equal(median([]), undefined);
  assert.equal(median([3, 1]), 2);
});

test('one bad frame does not move the median', () => {
  assert.equal(median([0.41, 0.4, 0.42, 9]), 0.415);
});

test('frames agree on what most of them say; of a tie the first said counts', () => {
  assert.deepEqual(agreement(['ada', 'grace', 'ada', undefined]), { opinion: 'ada', count: 2, share: 0.5 });
  assert.equal(agreement(['grace', 'ada'])?.opinion, 'grace');
  assert.equal(agreement([]), undefined);
});

test('distance is a distance', () => {
  fc.assert(
    fc.property(embeddings, embeddings, embeddings, (a, b, c) => {
      assert.equal(distance(a, a), 0);
      assert.equal(distance(a, b), distance(b, a));
      assert(distance(a, c) <= distance(a, b) + distance(b, c) + 1e-9);
    }),
    { numRuns: 30 },
  );
});

test('embeddings of different recognisers are never compared', () => {
  assert.throws(() => distance(new Float32Array(128), new Float32Array(64)));
});

test('a mean lies between its two embeddings', () => {
  fc.assert(
    fc.property(embeddings, embeddings, (a, b) => {
      const mean = meanEmbedding([a, b]);
      assert(Math.abs(distance(mean, a) - distance(a, b) / 2) < 1e-5);
      assert(Math.abs(distance(mean, b) - distance(a, b) / 2) < 1e-5);
    }),
    { numRuns: 30 },
  );
});
