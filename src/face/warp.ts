import type { Box, Pixels } from '../system/pixels.ts';
import { type Plane, planesOf } from './i420.ts';

/**
 * A turn, a scaling and a shift: the point (x, y) goes to (scaleX x - scaleY y + shiftX, scaleY x + scaleX y + shiftY).
 * A warp reads it from its result to the picture; whole numbers are the centres of the picture's pixels.
 */
export interface Similarity {
  /** The scale times the cosine of the angle. */
  readonly scaleX: number;
  /** The scale times the sine of the angle. */
  readonly scaleY: number;
  readonly shiftX: number;
  readonly shiftY: number;
}

/** What to cut: a square of `side` pixels, black where it falls outside `within` (default: outside the picture). */
export interface Cut {
  readonly similarity: Similarity;
  readonly side: number;
  readonly within?: Box;
}

/** More picture pixels than this under one pixel of the result, along one axis, are not all looked at. */
const tapsMax = 8;

/** Places in the picture are counted in this fraction of a pixel: whole numbers are twice as fast as real ones. */
const subpixelBits = 8;
const subpixels = 1 << subpixelBits;

/**
 * Cuts a square out of a picture: bilinear, and averaged over as many samples as the shrinking asks for, so that a big
 * face does not alias; colour, which has half the resolution anyway, from the nearest sample. Returns RGB, three bytes
 * a pixel.
 */
export function warp(picture: Pixels, cut: Cut): Uint8Array<ArrayBuffer> {
  const { y, u, v } = planesOf(picture);
  const taps = tapOffsets(cut.similarity);
  const rgb = new Uint8ClampedArray(cut.side * cut.side * 3);
  forEachPixel(picture, cut, (pixel, atX, atY) => {
    let luma = 0;
    let blueness = 0;
    let redness = 0;
    for (let tap = 0; tap < taps.length; tap += 2) {
      const tapX = atX + (taps[tap] ?? 0);
      const tapY = atY + (taps[tap + 1] ?? 0);
      luma += sample(y, tapX, tapY);
      const chroma = nearest(u, tapX, tapY);
      blueness += u.samples[chroma] ?? 0;
      redness += v.samples[chroma] ?? 0;
    }
    const share = 2 / taps.length;
    luma *= share;
    blueness = blueness * share - 128;
    redness = redness * share - 128;
    rgb[3 * pixel] = luma + 1.402 * redness;
    rgb[3 * pixel + 1] = luma - 0.344136286 * blueness - 0.714136286 * redness;
    rgb[3 * pixel + 2] = luma + 1.772 * blueness;
  });
  return new Uint8Array(rgb.buffer);
}

/** The same square in grey, one byte a pixel. */
export function warpGrey(picture: Pixels, cut: Cut): Uint8Array<ArrayBuffer> {
  const { y } = planesOf(picture);
  const taps = tapOffsets(cut.similarity);
  const grey = new Uint8ClampedArray(cut.side * cut.side);
  forEachPixel(picture, cut, (pixel, atX, atY) => {
    let luma = 0;
    for (let tap = 0; tap < taps.length; tap += 2)
      luma += sample(y, atX + (taps[tap] ?? 0), atY + (taps[tap + 1] ?? 0));
    grey[pixel] = (luma * 2) / taps.length;
  });
  return new Uint8Array(grey.buffer);
}

/** Calls `use` with the place in the picture, in subpixels, of every pixel of the square that falls inside. */
function forEachPixel(
  picture: Pixels,
  { similarity, side, within }: Cut,
  use: (pixel: number, atX: number, atY: number) => void,
): void {
  const { scaleX, scaleY, shiftX, shiftY } = similarity;
  const left = (within?.x ?? 0) - 0.5;
  const top = (within?.y ?? 0) - 0.5;
  const right = left + (within?.width ?? picture.width);
  const bottom = top + (within?.height ?? picture.height);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const atX = scaleX * column - scaleY * row + shiftX;
      const atY = scaleY * column + scaleX * row + shiftY;
      const isInside = atX >= left && atX <= right && atY >= top && atY <= bottom;
      if (isInside) use(row * side + column, (atX * subpixels) | 0, (atY * subpixels) | 0);
    }
  }
}

/** The square picture with left and right exchanged. */
export function mirror(rgb: Uint8Array, side: number): Uint8Array<ArrayBuffer> {
  const mirrored = new Uint8Array(rgb.length);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const from = (row * side + column) * 3;
      const to = (row * side + side - 1 - column) * 3;
      mirrored[to] = rgb[from] ?? 0;
      mirrored[to + 1] = rgb[from + 1] ?? 0;
      mirrored[to + 2] = rgb[from + 2] ?? 0;
    }
  }
  return mirrored;
}

/** The place in the picture to which a similarity sends (x, y). */
export function apply({ scaleX, scaleY, shiftX, shiftY }: Similarity, x: number, y: number): [number, number] {
  return [scaleX * x - scaleY * y + shiftX, scaleY * x + scaleX * y + shiftY];
}

/** The similarity that undoes this one. */
export function inverse({ scaleX, scaleY, shiftX, shiftY }: Similarity): Similarity {
  const square = scaleX * scaleX + scaleY * scaleY;
  return {
    scaleX: scaleX / square,
    scaleY: -scaleY / square,
    shiftX: -(scaleX * shiftX + scaleY * shiftY) / square,
    shiftY: (scaleY * shiftX - scaleX * shiftY) / square,
  };
}

/** Where the taps of one pixel lie in the picture, in subpixels from the pixel's centre: x, y, x, y ... */
function tapOffsets({ scaleX, scaleY }: Similarity): Int32Array {
  const taps = Math.max(1, Math.min(tapsMax, Math.round(Math.hypot(scaleX, scaleY))));
  const offsets = new Int32Array(2 * taps * taps);
  for (let tap = 0; tap < taps * taps; tap++) {
    const right = ((tap % taps) + 0.5) / taps - 0.5;
    const down = (Math.floor(tap / taps) + 0.5) / taps - 0.5;
    offsets[2 * tap] = Math.round((scaleX * right - scaleY * down) * subpixels);
    offsets[2 * tap + 1] = Math.round((scaleY * right + scaleX * down) * subpixels);
  }
  return offsets;
}

/** Bilinear, at a place in subpixels; beyond the edge the edge goes on. */
function sample({ samples, width, height }: Plane, x: number, y: number): number {
  const insideX = clamp(x, (width - 1) << subpixelBits);
  const insideY = clamp(y, (height - 1) << subpixelBits);
  const left = insideX >> subpixelBits;
  const top = insideY >> subpixelBits;
  const toRight = left < width - 1 ? 1 : 0;
  const toBelow = top < height - 1 ? width : 0;
  const at = top * width + left;
  const partX = insideX & (subpixels - 1);
  const partY = insideY & (subpixels - 1);
  const topLeft = samples[at] ?? 0;
  const bottomLeft = samples[at + toBelow] ?? 0;
  const upper = (topLeft << subpixelBits) + ((samples[at + toRight] ?? 0) - topLeft) * partX;
  const lower = (bottomLeft << subpixelBits) + ((samples[at + toBelow + toRight] ?? 0) - bottomLeft) * partX;
  return ((upper << subpixelBits) + (lower - upper) * partY + (1 << (2 * subpixelBits - 1))) >> (2 * subpixelBits);
}

/** The chroma sample that a place of the luma plane, in subpixels, belongs to. */
function nearest({ width, height }: Plane, x: number, y: number): number {
  const column = clamp((x + subpixels / 2) >> (subpixelBits + 1), width - 1);
  const row = clamp((y + subpixels / 2) >> (subpixelBits + 1), height - 1);
  return row * width + column;
}

function clamp(value: number, max: number): number {
  return value < 0 ? 0 : value > max ? max : value;
}
