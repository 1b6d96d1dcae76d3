import { createRequire } from 'node:module';
import path from 'node:path';
import sharp from 'sharp';
import type { RgbImage } from '../oracle/face-api.ts';

/** One person of a demo picture before a blurred street, as a door camera sees a visitor: a face about 120 px wide. */
export async function doorFrame(): Promise<RgbImage> {
  const demo = path.join(
    path.dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')),
    'demo',
  );
  const visitor = await sharp(path.join(demo, 'sample3.jpg'))
    .extract({ left: 480, top: 240, width: 420, height: 480 })
    .resize(315, 360)
    .toBuffer();
  const { data, info } = await sharp(path.join(demo, 'sample6.jpg'))
    .resize(1280, 720, { fit: 'cover' })
    .blur(40)
    .composite([{ input: visitor, left: 500, top: 260 }])
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
}
