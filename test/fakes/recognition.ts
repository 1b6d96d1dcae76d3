import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import sharp from 'sharp';

import { fromRgb } from '../../src/face/i420.ts';
import { startInference, type StartedInference } from '../../src/machine/inference/onnx-inference.ts';
import type { Pixels } from '../../src/system/pixels.ts';

/** The exported models: `npm run models` makes them. */
export const modelsFolder = path.join(import.meta.dirname, '../../.models');

/** Six pictures of people that come with face-api. */
export const demoFolder = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')),
  'demo',
);

/** The real inference thread; the test must stop it. */
export async function startRecognition(recogniser?: 'recogniserReference'): Promise<StartedInference> {
  const result = await startInference({
    modelsFolder,
    threads: 1,
    ...(recogniser === undefined ? {} : { recogniser }),
  });
  assert(result.outcome === 'started', 'message' in result ? result.message : '');
  return result;
}

/** A demo picture, cropped to the shape of a camera and scaled. */
export async function demoPicture(name: string, size: { width: number; height: number }): Promise<Pixels> {
  const { data, info } = await sharp(path.join(demoFolder, name))
    .resize({ ...size, fit: 'cover' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return fromRgb({ data, width: info.width, height: info.height });
}
