import assert from 'node:assert/strict';
import test from 'node:test';
import { averageStill } from '../../src/face/still.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';

const side = 112;

/** Stripes as faint as a face at night, with the noise of a sensor; shifted, when somebody moves. */
function chip(random: SeededRandom | undefined, shift = 0): Uint8Array<ArrayBuffer> {
  const noise = (): number => (random === undefined ? 0 : (random.fraction() - 0.5) * 14);
  return Uint8Array.from({ length: side * side * 3 }, (_, at) => {
    const column = Math.floor(at / 3) % side;
    return 20 + 6 * Math.sin((column + shift) / 8) + noise();
  });
}

function noiseOf(one: Uint8Array): number {
  const clean = chip(undefined);
  return Math.sqrt(one.reduce((sum, value, at) => sum + (value - (clean[at] ?? 0)) ** 2, 0) / one.length);
}

test('over four frames of somebody who stands still the noise is halved', () => {
  const random = new SeededRandom(3);
  const [first, ...others] = [chip(random), chip(random), chip(random), chip(random)] as const;
  const ratio = noiseOf(averageStill(first, others)) / noiseOf(first);
  assert.ok(ratio > 0.4 && ratio < 0.6, `${ratio} of the noise`);
});

test('a frame in which somebody has moved is left out, and one alone stays as it is', () => {
  const random = new SeededRandom(4);
  const first = chip(random);
  for (const others of [[chip(random, 12), chip(random, 25)], []])
    assert.equal(Buffer.compare(averageStill(first, others), first), 0, 'not a byte differs');
});
