import assert from 'node:assert/strict';
import test from 'node:test';
import { brighten } from '../../src/face/brighten.ts';

const ramp = (top: number): Uint8Array => Uint8Array.from({ length: 70_000 }, (_, at) => (at * top) / 70_000);
const meanOf = (samples: Uint8Array): number => samples.reduce((sum, value) => sum + value, 0) / samples.length;

test('a dark picture becomes light, and nothing in it changes places', () => {
  for (const top of [6, 30, 100]) {
    const samples = ramp(top);
    brighten(samples);
    assert.ok(Math.abs(meanOf(samples) - 80) < 25, `mean ${meanOf(samples)} of a picture up to ${top}`);
    assert.ok(samples.every((value, at) => at === 0 || value >= (samples[at - 1] ?? 0)));
  }
});

test('what is lit in the dark keeps its contours', () => {
  const samples = ramp(20);
  samples.set(
    Uint8Array.from({ length: 2000 }, (_, at) => 60 + (at * 120) / 2000),
    1000,
  );
  brighten(samples);
  const lit = samples.subarray(1000, 3000);
  assert.ok(new Set(lit).size > 40 && (lit.at(-1) ?? 0) < 250, `${new Set(lit).size} shades up to ${lit.at(-1)}`);
});

test('a picture that is light enough, and one without any light, stay as they are', () => {
  for (const samples of [ramp(180), new Uint8Array(1000), new Uint8Array(0)]) {
    const before = Uint8Array.from(samples);
    brighten(samples);
    assert.equal(Buffer.compare(samples, before), 0, 'not a byte differs');
  }
});
