import assert from 'node:assert/strict';
import test from 'node:test';
import { fromRgb, toRgb } from '../../src/face/i420.ts';
import { createCanvas, drawOn, placeOn } from '../../src/face/letterbox.ts';
import { tileAround, tilesOf } from '../../src/face/tiles.ts';
import type { Box } from '../../src/system/pixels.ts';

const frame = { width: 1280, height: 720 };

test('wherever somebody stands, the box of a face of 48 px lies whole in one of nine parts', () => {
  const side = 48 * 1.7; // The detector's boxes are wider than the face.
  const tiles = tilesOf(frame);
  assert.equal(tiles.length, 9);
  for (let x = 0; x + side <= frame.width; x += 8)
    for (let y = 0; y + side <= frame.height; y += 8)
      assert.ok(tiles.some((tile) => holds(tile, { x, y, width: side, height: side })), `not at ${x}, ${y}`); // prettier-ignore
});

test('the parts of any picture lie in it, on even pixels', () => {
  for (const size of [frame, { width: 640, height: 480 }, { width: 1080, height: 1920 }, { width: 16, height: 2 }]) {
    const whole = { x: 0, y: 0, ...size };
    for (const face of [
      { x: -20, y: -20 },
      { x: size.width, y: 0 },
      { x: size.width / 2, y: size.height / 3 },
    ])
      for (const part of [...tilesOf(size), tileAround(size, { ...face, width: 40, height: 40 })]) {
        assert.ok(holds(whole, part), JSON.stringify({ size, part }));
        assert.ok([part.x, part.y, part.width, part.height].every((value) => value % 2 === 0));
      }
  }
});

test('a part of a picture is drawn as if it were a picture of its own', () => {
  const data = Uint8Array.from({ length: frame.width * frame.height * 3 }, (_, at) => (at * 7 + (at >> 9)) % 251);
  const picture = fromRgb({ data, ...frame });
  for (const part of [
    { left: 640, top: 200, width: 528, height: 296 },
    { left: 2, top: 4, width: 416, height: 234 },
    { left: 0, top: 0, width: 1000, height: 562 },
  ]) {
    const [whole, alone] = [createCanvas(416, 234), createCanvas(416, 234)];
    const place = placeOn(whole, part);
    drawOn(whole, picture, { place, part });
    drawOn(alone, fromRgb(toRgb(picture, part)), { place });
    let differ = 0;
    for (const [at, value] of whole.y.samples.entries()) differ += Math.abs(value - (alone.y.samples[at] ?? 0));
    assert.ok(differ / whole.y.samples.length < 2, `they differ by ${differ / whole.y.samples.length}`);
  }
});

function holds(outer: Box, { x, y, width, height }: Box): boolean {
  return x >= outer.x && y >= outer.y && x + width <= outer.x + outer.width && y + height <= outer.y + outer.height;
}
