import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import sharp from 'sharp';

import { dlibChip, readCalibrationFaces } from '../../scripts/models/calibration.ts';
import { exportModels } from '../../scripts/models/export.ts';
import { type ModelName } from '../../scripts/models/pack.ts';
import { openModel, type RunModel } from '../../scripts/models/session.ts';
import { alignmentOf, warpFace } from '../../src/face/align.ts';
import { fromRgb, planesOf, toRgb } from '../../src/face/i420.ts';
import { facesInGrid } from '../../src/face/tiny-detector.ts';
import { loadOracle, type RgbImage } from '../oracle/face-api.ts';

const checkout = path.resolve(import.meta.dirname, '../..');
const folder = path.join(checkout, '.models');
const demo = path.join(checkout, 'node_modules/@vladmandic/face-api/demo');
const samples = ['sample1.jpg', 'sample3.jpg', 'sample6.jpg'];

const exported = await exportModels({ checkout, folder, report: () => undefined });
assert.ok(exported.outcome !== 'missing', 'run npm ci');
const { pack } = exported;
const oracle = await loadOracle();

function open(name: ModelName): Promise<RunModel> {
  return openModel(readFileSync(path.join(folder, pack.models[name].file)));
}

/** A demo picture, squeezed to exactly this size: both engines then see the same bytes. */
async function picture(file: string, width: number, height: number): Promise<RgbImage> {
  const pixels = sharp(path.join(demo, file)).resize(width, height, { fit: 'fill' }).removeAlpha().raw();
  return { data: new Uint8Array(await pixels.toBuffer()), width, height };
}

function pixelsOf({ data, width, height }: RgbImage): { pixels: { data: Uint8Array; shape: number[] } } {
  return { pixels: { data, shape: [1, height, width, 3] } };
}

function largestDifference(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  assert.equal(ours.length, theirs.length);
  return Array.from(ours).reduce(
    (largest, value, place) => Math.max(largest, Math.abs(value - (theirs[place] ?? NaN))),
    0,
  );
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number =>
    x.reduce((sum, value, place) => sum + value * (y[place] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** The aligned faces of a demo picture, where face-api finds them. */
async function alignedFaces(file: string): Promise<RgbImage[]> {
  const image = await picture(file, 1280, 896);
  const faces = await oracle.describe(image, { detector: 'ssd' });
  assert.ok(faces.length >= 3, `${file}: ${faces.length} faces`);
  return faces.map(({ landmarks }) => ({
    data: warpFace(fromRgb(image), alignmentOf(landmarks)),
    width: 150,
    height: 150,
  }));
}

test('the detector gives the grid of face-api, oblong or square', async () => {
  const variants: [ModelName, number, number][] = [
    ['tiny416Rgb', 416, 234],
    ['tiny416Square', 416, 416],
  ];
  for (const [name, width, height] of variants) {
    const run = await open(name);
    for (const file of samples) {
      const image = await picture(file, width, height);
      const { grid } = await run(pixelsOf(image));
      const expected = await oracle.tinyGrid(image);
      assert.deepEqual(grid?.shape, [1, expected.rows, expected.columns, 25]);
      // Logits reach about 60.
      assert.ok(largestDifference(grid.data, expected.data) < 1e-3, `${name} ${file}`);
    }
  }
});

test('the square detector finds the boxes of face-api', async () => {
  const run = await open('tiny416Square');
  for (const file of samples) {
    const image = await picture(file, 416, 416);
    const expected = await oracle.detectTiny(image, { scoreThreshold: 0.3 });
    assert.ok(expected.length >= 2, `${file}: ${expected.length} faces`);
    const { grid } = await run(pixelsOf(image));
    const found = facesInGrid({ values: grid?.data ?? new Float32Array(), rows: 13, columns: 13 }, 0.3);
    assert.equal(found.length, expected.length);
    for (const [place, box] of found.entries()) {
      const other = expected[place];
      assert.ok(other !== undefined);
      assert.ok(Math.abs(box.score - other.score) < 1e-4, `${file} score`);
      for (const edge of ['x', 'y', 'width', 'height'] as const) {
        assert.ok(Math.abs(box[edge] - other[edge]) < 0.01, `${file} ${edge}: ${box[edge]} ${other[edge]}`);
      }
    }
  }
});

test('the planes of a camera frame give what their RGB picture gives', async () => {
  const variants: [ModelName, ModelName, number, number][] = [['tiny416Planes', 'tiny416Rgb', 416, 234]];
  for (const [fromPlanes, fromRgbPixels, width, height] of variants) {
    const [runPlanes, runRgb] = [await open(fromPlanes), await open(fromRgbPixels)];
    for (const file of samples) {
      const frame = fromRgb(await picture(file, width, height));
      const { y, u, v } = planesOf(frame);
      const plane = (part: typeof y): { data: Uint8Array; shape: number[] } => {
        return { data: Uint8Array.from(part.samples), shape: [1, part.height, part.width] };
      };
      const planes = await runPlanes({ y: plane(y), u: plane(u), v: plane(v) });
      const rgb = await runRgb(pixelsOf(toRgb(frame)));
      assert.ok(planes['grid'] !== undefined && rgb['grid'] !== undefined);
      // Not equal: RGB is rounded and clamped to bytes on its way, the planes are not.
      const likeness = cosine(planes['grid'].data, rgb['grid'].data);
      assert.ok(likeness > 0.9999, `${fromPlanes} ${file}: ${likeness}`);
    }
  }
});

test('landmarks are those of face-api, one face or several at once', async () => {
  const run = await open('landmarks68');
  const faces = (await alignedFaces('sample6.jpg')).slice(0, 3);
  const small = await Promise.all(
    faces.map(async ({ data }) => {
      const resized = sharp(data, { raw: { width: 150, height: 150, channels: 3 } })
        .resize(112, 112)
        .raw();
      return { data: new Uint8Array(await resized.toBuffer()), width: 112, height: 112 };
    }),
  );
  const batch = Buffer.concat(small.map(({ data }) => data));
  const { points } = await run({ pixels: { data: new Uint8Array(batch), shape: [small.length, 112, 112, 3] } });
  assert.deepEqual(points?.shape, [small.length, 136]);
  for (const [place, image] of small.entries()) {
    const ours = points.data.subarray(136 * place, 136 * (place + 1));
    assert.ok(largestDifference(ours, await oracle.landmarks(image)) < 1e-5, `face ${place}`);
  }
});

test('reference descriptors are those of face-api; int8 ones point the same way', async () => {
  const [reference, int8] = [await open('recogniserReference'), await open('recogniserInt8')];
  for (const file of samples) {
    const faces = await alignedFaces(file);
    const batch = new Uint8Array(Buffer.concat(faces.map(({ data }) => data)));
    const pixels = { data: batch, shape: [faces.length, 150, 150, 3] };
    const { descriptors: exact } = await reference({ pixels });
    const { descriptors: quick } = await int8({ pixels });
    assert.deepEqual(exact?.shape, [faces.length, 128]);
    assert.deepEqual(quick?.shape, [faces.length, 128]);
    for (const [place, face] of faces.entries()) {
      const part = exact.data.subarray(128 * place, 128 * (place + 1));
      assert.ok(largestDifference(part, await oracle.descriptor(face)) < 1e-5, `${file} face ${place}`);
      const likeness = cosine(part, quick.data.subarray(128 * place, 128 * (place + 1)));
      assert.ok(likeness >= 0.998, `${file} face ${place}: cosine ${likeness}`);
    }
  }
});

test('ssd gives the boxes and scores of face-api', async () => {
  const run = await open('ssd512');
  for (const file of samples.slice(0, 2)) {
    const image = await picture(file, 512, 512);
    const { boxes, scores } = await run(pixelsOf(image));
    const expected = await oracle.ssdRaw(image);
    assert.ok(boxes !== undefined && scores !== undefined);
    assert.ok(Math.max(...scores.data) > 0.5, `${file}: no face seen`);
    assert.ok(largestDifference(boxes.data, expected.boxes) < 1e-5, `${file} boxes`);
    assert.ok(largestDifference(scores.data, expected.scores) < 1e-5, `${file} scores`);
  }
});

test('the calibration faces are upright and centred', async () => {
  const run = await open('landmarks68');
  const faces = (await readCalibrationFaces(demo, dlibChip)).filter((_, place) => place % 4 === 0);
  assert.ok(faces.length > 20);
  for (const [place, data] of faces.entries()) {
    const resized = sharp(data, { raw: { width: 150, height: 150, channels: 3 } })
      .resize(112, 112)
      .raw();
    const { points } = await run(pixelsOf({ data: new Uint8Array(await resized.toBuffer()), width: 112, height: 112 }));
    const mean = (first: number, last: number, axis: 0 | 1): number => {
      const values = Array.from(points?.data ?? []).filter((_, at) => at % 2 === axis).slice(first, last + 1); // prettier-ignore
      return (150 * values.reduce((sum, value) => sum + value, 0)) / values.length;
    };
    // dlib's mean face: 100 pixels across and 25 in from each edge.
    const [left, right] = [[mean(36, 41, 0), mean(36, 41, 1)], [mean(42, 47, 0), mean(42, 47, 1)]] as const; // prettier-ignore
    const off = Math.max(Math.abs(left[0] - 47.5), Math.abs(left[1] - 46.6), Math.abs(right[0] - 100.5), Math.abs(right[1] - 46.6)); // prettier-ignore
    assert.ok(off < 9, `face ${place}: an eye is ${off.toFixed(1)} pixels off`);
  }
});
