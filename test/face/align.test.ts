import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { alignmentOf, chipSide, warpFace } from '../../src/face/align.ts';
import { fromRgb } from '../../src/face/i420.ts';
import { landmarkCut, landmarksIn, mapPoints, rollOf, uprightCut } from '../../src/face/landmark.ts';
import { apply, inverse, mirror, type Similarity, warp } from '../../src/face/warp.ts';
import { faceLandmarks, inTheMiddle, paintedPicture, similarityOf } from '../fakes/painted-face.ts';

const similarities = fc
  .record({
    degrees: fc.double({ min: -170, max: 170, noNaN: true }),
    scale: fc.double({ min: 0.3, max: 4, noNaN: true }),
    shiftX: fc.double({ min: -300, max: 900, noNaN: true }),
    shiftY: fc.double({ min: -300, max: 900, noNaN: true }),
  })
  .map((parts) => similarityOf(parts));

test('the alignment of the mean face, turned, scaled and shifted, is that turn, scale and shift', () => {
  fc.assert(
    fc.property(similarities, (placed) => {
      const found = alignmentOf(mapPoints(faceLandmarks(), placed));
      for (const key of ['scaleX', 'scaleY'] as const) assert(Math.abs(found[key] - placed[key]) < 1e-3);
      for (const key of ['shiftX', 'shiftY'] as const) assert(Math.abs(found[key] - placed[key]) < 0.05);
    }),
  );
});

test('a similarity and its inverse bring every point back', () => {
  fc.assert(
    fc.property(similarities, fc.integer({ min: -99, max: 999 }), fc.integer({ min: -99, max: 999 }), (there, x, y) => {
      const [backX, backY] = apply(inverse(there), ...apply(there, x, y));
      assert(Math.abs(backX - x) < 1e-6 && Math.abs(backY - y) < 1e-6);
    }),
  );
});

for (const degrees of [-40, 30, 90]) {
  test(`a face tilted by ${degrees} degrees is cut out as the upright one is`, () => {
    const upright = inTheMiddle(0);
    const tilted = inTheMiddle(degrees);
    const chips = [upright, tilted].map((placed) => {
      return warpFace(paintedPicture(placed), alignmentOf(mapPoints(faceLandmarks(), placed)));
    });
    assert(meanDifference(chips[0], chips[1]) < 3, `differs by ${meanDifference(chips[0], chips[1])}`);
    assert(Math.abs(rollOf(mapPoints(faceLandmarks(), tilted)) - degrees) < 0.1);
  });
}

test('a big face is averaged, not sampled: fine stripes become grey', () => {
  const side = 900;
  const data = new Uint8Array(side * side * 3);
  for (let pixel = 0; pixel < side * side; pixel++) data.fill(pixel % 2 === 0 ? 255 : 0, 3 * pixel, 3 * pixel + 3);
  const striped = fromRgb({ data, width: side, height: side });
  const chip = warpFace(striped, similarityOf({ degrees: 0, scale: 5.8, shiftX: 12, shiftY: 12 }));
  assert(chip.every((value) => Math.abs(value - 128) < 30));
});

test('what lies outside the picture, or outside the box that was asked for, is black', () => {
  const white = fromRgb({ data: new Uint8Array(40 * 40 * 3).fill(255), width: 40, height: 40 });
  const half: Similarity = { scaleX: 1, scaleY: 0, shiftX: -10, shiftY: 0 };
  const cut = warp(white, { similarity: half, side: 20 });
  assert.equal(cut[0], 0);
  assert.equal(cut[3 * 15], 255);
  const boxed = warp(white, {
    similarity: { ...half, shiftX: 0 },
    side: 20,
    within: { x: 0, y: 0, width: 10, height: 20 },
  });
  assert.equal(boxed[0], 255);
  assert.equal(boxed[3 * 15], 0);
});

test('a mirrored face mirrored again is the face', () => {
  const chip = warpFace(paintedPicture(similarityOf({ degrees: 7, scale: 1, shiftX: 30, shiftY: 20 })), {
    scaleX: 1,
    scaleY: 0,
    shiftX: 0,
    shiftY: 0,
  });
  assert.notDeepEqual(mirror(chip, chipSide), chip);
  assert.deepEqual(mirror(mirror(chip, chipSide), chipSide), chip);
});

test('landmarks of the net come back to the place in the picture where its square was cut, at the border too', () => {
  const box = { x: 0, y: 10, width: 40, height: 80 };
  const cut = landmarkCut(box);
  const points = landmarksIn(cut, new Float32Array(136).fill(0.5));
  assert(Math.abs((points[0] ?? 0) - 20) < 1e-3, 'the middle of the square is the middle of the visible box');
  assert(Math.abs((points[1] ?? 0) - 50) < 1e-3);
});

test('the second look at a tilted face is a square that is tilted as the face is', () => {
  const placed = similarityOf({ degrees: 35, scale: 1.5, shiftX: 200, shiftY: 100 });
  const { similarity, side } = uprightCut(mapPoints(faceLandmarks(), placed));
  const degrees = (Math.atan2(similarity.scaleY, similarity.scaleX) * 180) / Math.PI;
  assert(Math.abs(degrees - 35) < 0.1);
  const seen = mapPoints(mapPoints(faceLandmarks(), placed), inverse(similarity));
  assert(
    seen.every((value) => value > 0 && value < side),
    'the whole face is in the square',
  );
});

function meanDifference(a: Uint8Array | undefined, b: Uint8Array | undefined): number {
  assert(a !== undefined && b !== undefined);
  return a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length;
}
