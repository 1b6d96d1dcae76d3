import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import sharp from 'sharp';

import { fromRgb, toRgb } from '../../src/face/i420.ts';
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
export async function startRecognition(recogniser?: 'dlib' | 'dlib-reference'): Promise<StartedInference> {
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

/** The scene, smaller, in the middle of a grey street. */
export async function onStreet(scene: Pixels, share: number): Promise<Pixels> {
  const { data, width, height } = toRgb(scene);
  const small = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(Math.round(width * share))
    .png()
    .toBuffer();
  const { data: rgb } = await sharp({ create: { width, height, channels: 3, background: '#808080' } })
    .composite([{ input: small }])
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return fromRgb({ data: rgb, width, height });
}

/** People of the demo pictures: the middle of the face, and the side of the square to cut out. */
export const visitors = [
  { sample: 'sample1.jpg', x: 472, y: 503, side: 380 },
  { sample: 'sample3.jpg', x: 671, y: 484, side: 440 },
  { sample: 'sample5.jpg', x: 883, y: 239, side: 380 },
  { sample: 'sample5.jpg', x: 1484, y: 558, side: 420 },
];

/** One person before a grey wall, the square around the face turned, and made so wide. */
export async function atDoor(
  { sample, x, y, side }: (typeof visitors)[number],
  degrees: number,
  widthPx = 360,
): Promise<Pixels> {
  const left = Math.max(0, Math.round(x - side / 2));
  const top = Math.max(0, Math.round(y - side / 2));
  const person = await sharp(path.join(demoFolder, sample))
    .extract({ left, top, width: Math.round(side), height: Math.round(side) })
    .resize(Math.round(widthPx), Math.round(widthPx))
    .rotate(degrees, { background: '#808080' })
    .png()
    .toBuffer();
  const { data, info } = await sharp({ create: { width: 1280, height: 720, channels: 3, background: '#808080' } })
    .composite([{ input: person }])
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return fromRgb({ data, width: info.width, height: info.height });
}
