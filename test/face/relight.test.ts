import assert from 'node:assert/strict';
import test from 'node:test';
import { relit } from '../../src/face/relight.ts';

const side = 60;

/** A made-up face: an ellipse of stripes around `grey`, `reach` up and down, before a background of one grey. */
function chip(grey: number, reach: number, behind: number): Uint8Array<ArrayBuffer> {
  const rgb = new Uint8Array(side * side * 3).fill(behind);
  for (let row = 0; row < side; row += 1)
    for (let column = 0; column < side; column += 1) {
      const isFace = Math.hypot((column - 29.5) / 20, (row - 29.5) / 25) <= 1;
      if (isFace)
        rgb.fill(
          grey + (Math.floor(row / 5) % 2 === 0 ? reach : -reach),
          3 * (row * side + column),
          3 * (row * side + column) + 3,
        );
    }
  return rgb;
}

const middle = 3 * (32 * side + 30);
const below = 3 * (37 * side + 30);

test('a face before a bright sky gets contrast and light, whatever the sky is', () => {
  for (const behind of [0, 128, 255]) {
    const bright = relit(chip(50, 10, behind), side);
    const [light = 0, dark = 0] = [bright[middle], bright[below]].toSorted((a = 0, b = 0) => b - a);
    assert(light - dark > 50 && light - dark <= 80, `${light} and ${dark}`);
    assert((light + dark) / 2 > 90 && (light + dark) / 2 < 140, `${light} and ${dark}`);
  }
});

test('a face that has contrast stays as it is, and one that lacks little changes little', () => {
  const good = chip(120, 45, 30);
  assert.equal(relit(good, side), good);
  const nearly = chip(90, 28, 30);
  const changed = relit(nearly, side);
  assert.notEqual(changed, nearly);
  for (const at of [middle, below]) assert(Math.abs((changed[at] ?? 0) - (nearly[at] ?? 0)) < 8);
});

test('a face of one grey has no contrast to raise', () => {
  const flat = relit(chip(60, 0, 60), side);
  assert.equal(new Set(flat).size, 1);
});
