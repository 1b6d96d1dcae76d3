import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { apartness, plainScoring, prepareFace } from '../../src/face/scoring.ts';
import { distance } from '../../src/face/similarity.ts';
import type { Scoring } from '../../src/system/inference.ts';

const [east, north, west] = [Float32Array.of(2, 0), Float32Array.of(0, 3), Float32Array.of(-1, 0)];
const crowdedEast: Scoring = {
  numbers: 2, length: 0.5, unlike: 1, density: { centroids: [Float32Array.of(1, 0)], weight: 0.5, typical: 0.4 },
}; // prettier-ignore

test('plain faces are as far apart as their embeddings', () => {
  assert.equal(apartness(prepareFace(plainScoring, east), prepareFace(plainScoring, north)), Math.sqrt(13));
});

test('embeddings are brought to one length first: only their directions tell', () => {
  const scoring = { numbers: 2, length: 0.5, unlike: 1 };
  const apart = apartness(prepareFace(scoring, east), prepareFace(scoring, north));
  assert.ok(Math.abs(apart - Math.SQRT1_2) < 1e-6, `${apart}`);
  assert.deepEqual(prepareFace(scoring, new Float32Array(2)).vector, new Float32Array(2), 'nothing is no direction');
});

test('where faces lie thick one must be nearer to be the same, and where they lie thin it need not', () => {
  const [thick, thin] = [prepareFace(crowdedEast, east), prepareFace(crowdedEast, west)];
  // The nearest average is 0 and 2 away at unit length: (0 - 0.4) and (2 - 0.4) of which half, at half the length.
  assert.ok(Math.abs(thick.ease + 0.1) < 1e-6, `${thick.ease}`);
  assert.ok(Math.abs(thin.ease - 0.4) < 1e-6, `${thin.ease}`);
  const apart = apartness(thick, thin);
  assert.ok(Math.abs(apart - (distance(thick.vector, thin.vector) + 0.1 - 0.4)) < 1e-6, `${apart}`);
});

test('which of two faces is the other does not matter', () => {
  const number = fc.double({ min: -2, max: 2, noNaN: true });
  const face = fc.tuple(number, number).map((pair) => prepareFace(crowdedEast, Float32Array.from(pair)));
  fc.assert(fc.property(face, face, (one, other) => apartness(one, other) === apartness(other, one)));
});
