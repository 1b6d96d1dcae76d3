import assert from 'node:assert/strict';
import test from 'node:test';
import { i420Bytes, type Pixels } from '../../src/system/pixels.ts';
import { advanceMotion, compareLuma, sampleLuma, stillScene, type MotionState } from '../../src/visit/motion.ts';

const settings = { zone: [0, 0, 1, 1], threshold: 24, areaPercent: 2 };
const width = 320;
const height = 180;

/** A grey gradient, as bright as told, with a square of another grey. */
function scene(light: number, square?: { x: number; y: number; size: number; grey: number }): Pixels {
  const pixels = new SharedArrayBuffer(i420Bytes(width, height));
  const luma = new Uint8Array(pixels);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) luma[y * width + x] = Math.min(255, light + Math.floor(x / 4));
  if (square !== undefined)
    for (let y = square.y; y < square.y + square.size; y += 1)
      luma.fill(square.grey, y * width + square.x, y * width + square.x + square.size);
  return { width, height, pixels };
}

const change = (before: Pixels, now: Pixels, zone = settings.zone): ReturnType<typeof compareLuma> =>
  compareLuma(sampleLuma(before), sampleLuma(now), { ...settings, zone });

test('somebody who walks into the picture is motion', () => {
  const seen = change(scene(40), scene(40, { x: 100, y: 60, size: 60, grey: 230 }));
  assert.equal(seen.isLight, false);
  assert.ok(seen.share > 0.04, `share ${seen.share}`);
});

test('a lamp that goes on is not motion', () => {
  assert.equal(change(scene(40), scene(110)).share, 0);
});

test('a lamp that lights bright things more than dark ones is not motion', () => {
  const dark = scene(10);
  const lit = scene(10);
  const luma = new Uint8Array(lit.pixels);
  luma.set(luma.map((grey) => Math.min(255, grey * 3)));
  assert.deepEqual(change(dark, lit), { share: 0, isLight: true });
});

test('a cloud that darkens everything a little hides nobody', () => {
  const seen = change(scene(90), scene(60, { x: 100, y: 60, size: 60, grey: 250 }));
  assert.equal(seen.isLight, false);
  assert.ok(seen.share > 0.04 && seen.share < 0.2, `share ${seen.share}`);
});

test('what moves outside the zone is not seen', () => {
  const street = { x: 10, y: 10, size: 60, grey: 230 };
  assert.equal(change(scene(40), scene(40, street), [0.5, 0.5, 1, 1]).share, 0);
});

test('motion begins after two changed pictures and ends after two still seconds', () => {
  let state: MotionState = stillScene;
  const seen: string[] = [];
  const look = (share: number, atMs: number): void => {
    const step = advanceMotion(state, { change: { share, isLight: false }, atMs }, settings);
    state = step.state;
    if (step.effect !== undefined) seen.push(`${step.effect.kind}@${atMs}`);
  };
  look(0.5, 0); // One picture alone may be a moth.
  look(0, 125);
  look(0.1, 250);
  look(0.1, 375);
  look(0.012, 500); // Under the area, above half of it: still moving.
  look(0, 1000);
  look(0.05, 1500);
  look(0, 3400);
  look(0, 3500);
  assert.deepEqual(seen, ['started@375', 'ended@3500']);
});
