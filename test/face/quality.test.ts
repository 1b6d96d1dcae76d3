import assert from 'node:assert/strict';
import test from 'node:test';
import { mapPoints } from '../../src/face/landmark.ts';
import { poseOf } from '../../src/face/pose.ts';
import { detailOf, measureQuality, sharpnessOf } from '../../src/face/quality.ts';
import type { Landmarks } from '../../src/system/inference.ts';
import { faceLandmarks, paintedPicture, similarityOf } from '../fakes/painted-face.ts';

/** The six points that pose is read from, of the average head turned by yaw and pitch, seen from far away. */
function turnedHead(yawDeg: number, pitchDeg: number): Landmarks {
  const head: [point: number, x: number, y: number, z: number][] = [
    [30, 0, 0, 0],
    [8, 0, 330, -65],
    [36, -225, -170, -135],
    [45, 225, -170, -135],
    [48, -150, 150, -125],
    [54, 150, 150, -125],
  ];
  const [yaw, pitch] = [(yawDeg * Math.PI) / 180, (pitchDeg * Math.PI) / 180];
  const landmarks = new Float32Array(136);
  for (const [point, x, y, z] of head) {
    landmarks[2 * point] = 500 + 0.3 * (x * Math.cos(yaw) + z * Math.sin(yaw));
    const depth = z * Math.cos(yaw) - x * Math.sin(yaw);
    landmarks[2 * point + 1] = 400 + 0.3 * (y * Math.cos(pitch) + depth * Math.sin(pitch));
  }
  return landmarks;
}

for (const yawDeg of [-35, 0, 20]) {
  test(`a head turned by ${yawDeg} degrees is measured so`, () => {
    const pose = poseOf(turnedHead(yawDeg, 0));
    assert(Math.abs(pose.yawDeg - yawDeg) < 2, `${pose.yawDeg}`);
    assert(Math.abs(pose.pitchDeg) < 2, `${pose.pitchDeg}`);
  });
}

for (const pitchDeg of [-25, 25]) {
  test(`a head nodded by ${pitchDeg} degrees is measured so`, () => {
    const pose = poseOf(turnedHead(0, pitchDeg));
    assert(Math.abs(pose.pitchDeg - pitchDeg) < 2, `${pose.pitchDeg}`);
    assert(Math.abs(pose.yawDeg) < 2);
  });
}

test('a small picture of a face that is scaled up is less sharp than a large one', () => {
  const sharpnesses = [1.6, 0.8, 0.4].map((scale) => {
    const placed = similarityOf({ degrees: 0, scale, shiftX: 50, shiftY: 50 });
    return measureQuality(paintedPicture(placed), mapPoints(faceLandmarks(), placed)).sharpness;
  });
  assert((sharpnesses[0] ?? 0) > 0);
  const checkered = Uint8Array.from({ length: 100 }, (_, at) => ((at + Math.floor(at / 10)) % 2) * 255);
  assert(sharpnessOf(checkered, 10) > 100_000);
  assert.equal(sharpnessOf(new Uint8Array(100).fill(77), 10), 0);
});

test('detail is blind to light and contrast, and sees a blur in any direction', () => {
  const side = 150;
  /** A made-up aligned face: squares of 10 pixels on a slope, and means of so many pixels to the right and down. */
  const faceOf = (right: number, down: number): Uint8Array => {
    const sharp = (column: number, row: number): number =>
      100 + 20 * Math.sin(row / 40) + ((Math.floor(column / 10) + Math.floor(row / 10)) % 2) * 50;
    return Uint8Array.from({ length: side * side }, (_none, at) => {
      let sum = 0;
      for (let x = 0; x < right; x += 1)
        for (let y = 0; y < down; y += 1) sum += sharp((at % side) + x, Math.floor(at / side) + y);
      return sum / (right * down);
    });
  };
  const good = detailOf(faceOf(1, 1), side);
  assert(good > 0.5, `${good}`);
  const backlit = faceOf(1, 1).map((value) => value * 0.2 + 30);
  assert(Math.abs(detailOf(backlit, side) / good - 1) < 0.05, `backlit: ${detailOf(backlit, side)} instead of ${good}`);
  for (const [right, down] of [
    [7, 1],
    [1, 7],
    [7, 7],
  ] as const) {
    // prettier-ignore
    const blurred = detailOf(faceOf(right, down), side);
    assert(blurred < good * 0.95, `${right}x${down}: ${blurred} of ${good}`);
  }
  assert(detailOf(faceOf(19, 19), side) < 0.25, `${detailOf(faceOf(19, 19), side)}`);
  assert.equal(detailOf(new Uint8Array(side * side).fill(77), side), 0);
});

test('a tilt is told as a tilt, and light and contrast are those of the face', () => {
  const placed = similarityOf({ degrees: 25, scale: 1, shiftX: 150, shiftY: 90 });
  const quality = measureQuality(paintedPicture(placed), mapPoints(faceLandmarks(), placed));
  assert(Math.abs(quality.rollDeg - 25) < 0.1);
  assert(quality.light > 90 && quality.light < 170);
  assert(quality.contrast > 10);
});
