import { planesOf } from '../face/i420.ts';
import { drawOn } from '../face/letterbox.ts';
import type { DetectedFace, Landmarks, Pictures } from '../system/inference.ts';
import { i420Bytes, type Box, type Lend, type Pixels } from '../system/pixels.ts';

/** The crop is this many times as wide and high as the face's box: room for a later, wider alignment. */
const cropScale = 2;
/** Wider crops are shrunk: the recogniser sees 150 px. */
const cropWidthPxMax = 480;
/** Of the JPEG. A face embedded from its crop is 0.02 to 0.05 from what it was in the picture. */
const cropQuality = 92;

export interface FaceCrop {
  readonly jpeg: Uint8Array;
  /** In pixels of the crop. */
  readonly landmarks: Landmarks;
}

/** Cuts a face out of its picture with enough around it to embed it again without detecting it. */
export async function cutFaceCrop(
  pictures: Pick<Pictures, 'encode'>,
  picture: Pixels,
  face: DetectedFace,
): Promise<FaceCrop> {
  const box = cropBox(picture, face);
  const jpeg = await pictures.encode(picture, { box, widthMax: cropWidthPxMax, quality: cropQuality });
  const scale = Math.min(1, cropWidthPxMax / box.width);
  const landmarks = face.landmarks.map((value, i) => (value - (i % 2 === 0 ? box.x : box.y)) * scale);
  return { jpeg, landmarks };
}

/** Twice the face's box and all its landmarks, inside the picture, on even pixels (the colour planes are halved). */
export function cropBox(picture: Pixels, { box, landmarks }: DetectedFace): Box {
  const xs = landmarks.filter((_, i) => i % 2 === 0);
  const ys = landmarks.filter((_, i) => i % 2 === 1);
  const marginX = (box.width * (cropScale - 1)) / 2;
  const marginY = (box.height * (cropScale - 1)) / 2;
  const left = clamp(evenDown(Math.min(box.x - marginX, ...xs)), picture.width - 2);
  const top = clamp(evenDown(Math.min(box.y - marginY, ...ys)), picture.height - 2);
  const right = clamp(evenUp(Math.max(box.x + box.width + marginX, ...xs)), picture.width);
  const bottom = clamp(evenUp(Math.max(box.y + box.height + marginY, ...ys)), picture.height);
  return { x: left, y: top, width: Math.max(2, right - left), height: Math.max(2, bottom - top) };
}

/**
 * The picture in the middle of one twice as wide and high, the rest grey. A face that fills its picture is not found
 * by the detector; with grey around it, it is. A large picture is halved instead: such a face has pixels enough.
 */
export function padWithGrey(picture: Pixels, lend: Lend = (bytes) => new SharedArrayBuffer(bytes)): PaddedPicture {
  const { width, height, pixels } = picture;
  if (Math.max(width, height) > paddedSideMax) return halvedInGrey(picture, lend);
  const wide = { width: width * 2, height: height * 2 };
  const padded = lend(i420Bytes(wide.width, wide.height));
  const to = new Uint8Array(padded).fill(grey);
  const from = new Uint8Array(pixels);
  const left = evenDown(width / 2);
  const top = evenDown(height / 2);
  copyPlane({ from, at: 0, width, height }, { to, at: top * wide.width + left, width: wide.width });
  for (const plane of [0, 1]) {
    const source = { from, at: (width * height * (4 + plane)) / 4, width: width / 2, height: height / 2 };
    const planeAt = wide.width * wide.height + plane * width * height;
    copyPlane(source, { to, at: planeAt + (top / 2) * width + left / 2, width });
  }
  return { ...wide, pixels: padded, left, top, scale: 1 };
}

/** Larger ones would take 20 MB with their grey, for pixels that no net looks at. */
const paddedSideMax = 960;

function halvedInGrey(picture: Pixels, lend: Lend): PaddedPicture {
  const { width, height } = picture;
  const halved: Pixels = { width, height, pixels: lend(i420Bytes(width, height)) };
  const [left, top] = [evenDown(width / 4), evenDown(height / 4)];
  const place = { left, top, width: evenDown(width / 2), height: evenDown(height / 2) };
  drawOn({ width, height, ...planesOf(halved) }, picture, { place, margin: grey });
  return { ...halved, left, top, scale: 0.5 };
}

/** `left` and `top`: where the picture begins in it; `scale`: pixels of it for one of the picture. */
export interface PaddedPicture extends Pixels {
  readonly left: number;
  readonly top: number;
  readonly scale: number;
}

const grey = 128;

interface SourcePlane {
  readonly from: Uint8Array;
  readonly at: number;
  readonly width: number;
  readonly height: number;
}

/** Copies a whole plane into a wider one, its first point to `at`. */
function copyPlane(source: SourcePlane, target: { to: Uint8Array; at: number; width: number }): void {
  for (let row = 0; row < source.height; row += 1) {
    const begin = source.at + row * source.width;
    target.to.set(source.from.subarray(begin, begin + source.width), target.at + row * target.width);
  }
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, 0), max);
}

function evenDown(value: number): number {
  return Math.floor(value / 2) * 2;
}

function evenUp(value: number): number {
  return Math.ceil(value / 2) * 2;
}
