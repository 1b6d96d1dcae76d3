import assert from 'node:assert/strict';
import test from 'node:test';

import fc from 'fast-check';

import { cropBox, cutFaceCrop, padWithGrey } from '../../src/people/face-crop.ts';
import type { DetectedFace, EncodeOptions } from '../../src/system/inference.ts';
import { i420Bytes, type Box, type Pixels } from '../../src/system/pixels.ts';

function pictureOf(width: number, height: number): Pixels {
  const pixels = new SharedArrayBuffer(i420Bytes(width, height));
  new Uint8Array(pixels).forEach((_, i, bytes) => (bytes[i] = (i * 7) % 251));
  return { width, height, pixels };
}

function faceAt(box: Box, landmarks: readonly number[] = []): DetectedFace {
  const quality = { widthPx: 1, sharpness: 1, yawDeg: 0, pitchDeg: 0, rollDeg: 0, light: 1, contrast: 1 };
  return { box, score: 1, quality, landmarks: Float32Array.from(landmarks) };
}

test('with grey around it, every point of the picture is where it was, half a picture further', () => {
  for (const [width, height] of [
    [6, 4],
    [8, 2],
    [10, 6],
  ] as const) {
    // prettier-ignore
    const from = pictureOf(width, height);
    const padded = padWithGrey(from);
    assert.deepEqual([padded.width, padded.height], [2 * width, 2 * height]);
    const [left, top] = [Math.floor(width / 4) * 2, Math.floor(height / 4) * 2];
    const planes = (picture: Pixels) => {
      const bytes = new Uint8Array(picture.pixels);
      const area = picture.width * picture.height;
      return [bytes.subarray(0, area), bytes.subarray(area, area * 1.25), bytes.subarray(area * 1.25)];
    };
    for (const [index, plane] of planes(from).entries()) {
      const shrink = index === 0 ? 1 : 2;
      const wide = planes(padded)[index];
      assert(wide !== undefined);
      const seen = new Set<number>();
      for (let y = 0; y < height / shrink; y += 1)
        for (let x = 0; x < width / shrink; x += 1) {
          const at = (top / shrink + y) * ((2 * width) / shrink) + left / shrink + x;
          assert.equal(wide[at], plane[(y * width) / shrink + x], `${width}x${height} plane ${index} at ${x},${y}`);
          seen.add(at);
        }
      assert.ok(wide.every((value, at) => seen.has(at) || value === 128));
    }
  }
});

test('a crop lies inside the picture on even pixels and holds the landmarks that do', () => {
  const number = fc.integer({ min: -60, max: 700 });
  const box = fc.record({ x: number, y: number, width: fc.integer({ min: 1, max: 500 }), height: fc.integer({ min: 1, max: 500 }) }); // prettier-ignore
  fc.assert(
    fc.property(box, number, number, (face, x, y) => {
      const picture = { width: 640, height: 360, pixels: new SharedArrayBuffer(0) };
      const cut = cropBox(picture, faceAt(face, [x, y]));
      for (const value of Object.values(cut)) assert.ok(Number.isInteger(value) && value % 2 === 0 && value >= 0);
      assert.ok(cut.width >= 2 && cut.height >= 2);
      assert.ok(cut.x + cut.width <= picture.width && cut.y + cut.height <= picture.height);
      if (x >= 0 && x < 640) assert.ok(x >= cut.x && x <= cut.x + cut.width);
      if (y >= 0 && y < 360) assert.ok(y >= cut.y && y <= cut.y + cut.height);
    }),
    { numRuns: 200 },
  );
});

test('landmarks count in the pixels of the crop, shrunk with it', async () => {
  const asked: EncodeOptions[] = [];
  const pictures = {
    encode: (_: Pixels, options: EncodeOptions) => (asked.push(options), Promise.resolve(new Uint8Array([1]))),
  };
  const picture = pictureOf(1920, 1080);
  const near = await cutFaceCrop(pictures, picture, faceAt({ x: 400, y: 200, width: 100, height: 100 }, [420, 230]));
  assert.deepEqual(asked[0]?.box, { x: 350, y: 150, width: 200, height: 200 });
  assert.deepEqual([...near.landmarks], [70, 80]);
  const large = await cutFaceCrop(pictures, picture, faceAt({ x: 600, y: 300, width: 480, height: 480 }, [700, 400]));
  assert.deepEqual(asked[1]?.box, { x: 360, y: 60, width: 960, height: 960 });
  assert.deepEqual([asked[1]?.widthMax, ...large.landmarks], [480, 170, 170]);
});
