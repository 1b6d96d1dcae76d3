import sharp, { type SharpOptions } from 'sharp';
import { fromRgb, toRgb } from '../../../src/face/i420.ts';
import { middleOf } from '../../../src/face/landmark.ts';
import type { Landmarks } from '../../../src/system/inference.ts';
import type { Pixels } from '../../../src/system/pixels.ts';

export const sceneSize = { width: 1280, height: 720 } as const;
/** Where the face is. */
export const sceneMiddle = { x: 640, y: 330 } as const;

/** What a camera at a door sees, RGB, with a face of a known size in the middle. */
export interface Scene {
  readonly rgb: Buffer;
  readonly widthPx: number;
  /** Of the face, in the scene. */
  readonly landmarks: Landmarks;
}

const raw = { raw: { ...sceneSize, channels: 3 } } as const;

/** Puts the face of a picture into a scene, `widthPx` from temple to temple; around the picture, the picture blurred. */
export async function sceneOf(
  picture: Pixels,
  face: { readonly landmarks: Landmarks; readonly quality: { readonly widthPx: number } },
  widthPx: number,
): Promise<Scene> {
  const { data, width, height } = toRgb(picture);
  const source = { raw: { width, height, channels: 3 } } as const;
  const scale = widthPx / face.quality.widthPx;
  const centre = middleOf(face.landmarks);
  // Head and shoulders: whoever stands beside him in the picture does not stand at this door.
  const reach = { across: 1.6 * face.quality.widthPx, up: 1.6 * face.quality.widthPx, down: 3 * face.quality.widthPx };
  const left = Math.max(0, Math.round(centre.x - Math.min(reach.across, sceneMiddle.x / scale)));
  const top = Math.max(0, Math.round(centre.y - Math.min(reach.up, sceneMiddle.y / scale)));
  const right = Math.min(width, Math.round(centre.x + Math.min(reach.across, sceneMiddle.x / scale)));
  const bottom = Math.min(
    height,
    Math.round(centre.y + Math.min(reach.down, (sceneSize.height - sceneMiddle.y) / scale)),
  );
  const part = { left, top, width: right - left, height: bottom - top };
  const size = { width: Math.max(1, Math.round(part.width * scale)), height: Math.max(1, Math.round(part.height * scale)) }; // prettier-ignore
  const at = {
    x: Math.round(sceneMiddle.x - (centre.x - left) * scale),
    y: Math.round(sceneMiddle.y - (centre.y - top) * scale),
  };
  const drawn = await sharp(data, source)
    .extract(part)
    .resize({ ...size, fit: 'fill' })
    .raw()
    .toBuffer();
  const visible = {
    left: Math.max(0, -at.x),
    top: Math.max(0, -at.y),
    width: Math.min(sceneSize.width, at.x + size.width) - Math.max(0, at.x),
    height: Math.min(sceneSize.height, at.y + size.height) - Math.max(0, at.y),
  };
  const input = await sharp(drawn, { raw: { ...size, channels: 3 } })
    .extract(visible)
    .png({ compressionLevel: 0 })
    .toBuffer();
  const ground = await groundOf(data, source);
  const rgb = await sharp(ground, raw)
    .composite([{ input, left: Math.max(0, at.x), top: Math.max(0, at.y) }])
    .removeAlpha()
    .raw()
    .toBuffer();
  const landmarks = face.landmarks.map((value, index) =>
    index % 2 === 0 ? (value - left) * scale + at.x : (value - top) * scale + at.y,
  );
  return { rgb, widthPx, landmarks };
}

/** The colours of the picture without anything that could be told, and no face least of all. */
export async function groundOf(data: Uint8Array, source: SharpOptions): Promise<Buffer> {
  const [width, height] = [4, 3];
  const small = await sharp(data, source).resize({ width, height, fit: 'fill' }).raw().toBuffer();
  return sharp(small, { raw: { width, height, channels: 3 } })
    .resize({ ...sceneSize, fit: 'fill' })
    .raw()
    .toBuffer();
}

/** As the appliance has a frame. */
export function pixelsOf(rgb: Uint8Array): Pixels {
  return fromRgb({ data: rgb, ...sceneSize });
}

export async function jpegOf(rgb: Uint8Array, quality: number): Promise<Buffer> {
  return sharp(rgb, raw).jpeg({ quality }).toBuffer();
}

export async function rgbOfJpeg(jpeg: Uint8Array): Promise<Buffer> {
  return sharp(jpeg).removeAlpha().raw().toBuffer();
}

/** As a lens has it that is not in focus, or not clean: a Gaussian. */
export async function blurred({ rgb }: Scene, deviationPx: number): Promise<Buffer> {
  return sharp(rgb, raw).blur(deviationPx).raw().toBuffer();
}

/** Draws an SVG over the scene. */
export async function drawOver({ rgb }: Pick<Scene, 'rgb'>, svg: string): Promise<Buffer> {
  const { width, height } = sceneSize;
  const input = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${svg}</svg>`);
  return sharp(rgb, raw).composite([{ input }]).removeAlpha().raw().toBuffer();
}

/** The scene some pixels to the right and down: whoever stands at a door is never quite still. */
export function shifted(rgb: Uint8Array, right: number, down: number): Uint8Array {
  const { width, height } = sceneSize;
  const out = new Uint8Array(rgb.length);
  for (let row = 0; row < height; row += 1) {
    const fromRow = Math.max(0, Math.min(height - 1, row - down)) * width;
    const line = rgb.subarray(3 * fromRow, 3 * (fromRow + width));
    const at = 3 * row * width;
    if (right >= 0) {
      out.set(line.subarray(0, 3 * (width - right)), at + 3 * right);
      out.set(line.subarray(0, 3 * right), at);
    } else {
      out.set(line.subarray(-3 * right), at);
      out.set(line.subarray(3 * (width + right)), at + 3 * (width + right));
    }
  }
  return out;
}

/** Turns the scene around its middle. */
export async function turned({ rgb }: Scene, degrees: number): Promise<Buffer> {
  const whole = await sharp(rgb, raw).rotate(degrees, { background: '#808080' }).raw().toBuffer({ resolveWithObject: true }); // prettier-ignore
  const { width, height } = whole.info;
  return sharp(whole.data, { raw: { width, height, channels: 3 } })
    .extract({
      left: Math.floor((width - sceneSize.width) / 2),
      top: Math.floor((height - sceneSize.height) / 2),
      ...sceneSize,
    })
    .raw()
    .toBuffer();
}
