import type { Pixels } from '../system/pixels.ts';
import { type EvenPart, type Plane, planesOf } from './i420.ts';

/** The picture of a net in planes, used again for every frame. Width and height are even. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly y: Plane;
  readonly u: Plane;
  readonly v: Plane;
}

/** Where a picture lies on a canvas: whole even pixels, so that its chroma falls on the canvas' chroma. */
export interface Placement {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A black canvas. */
export function createCanvas(width: number, height: number): Canvas {
  const plane = (divisor: number, fill: number): Plane => {
    const samples = new Uint8Array((width / divisor) * (height / divisor)).fill(fill);
    return { samples, width: width / divisor, height: height / divisor };
  };
  return { width, height, y: plane(1, 0), u: plane(2, 128), v: plane(2, 128) };
}

/**
 * The largest place for the picture, at the top left as face-api has it. With `share` below 1 the picture is drawn
 * smaller, in the middle: what a net needs that does not see a face which fills the whole picture.
 */
export function placeOn(
  canvas: Canvas,
  picture: { readonly width: number; readonly height: number },
  share = 1,
): Placement {
  const scale = share * Math.min(canvas.width / picture.width, canvas.height / picture.height);
  const width = Math.max(2, evenBelow(picture.width * scale));
  const height = Math.max(2, evenBelow(picture.height * scale));
  if (share === 1) return { left: 0, top: 0, width, height };
  return { left: evenBelow((canvas.width - width) / 2), top: evenBelow((canvas.height - height) / 2), width, height };
}

/** Draws the picture, or a part of it, scaled; the rest of the canvas becomes black, or grey of the given lightness. */
export function drawOn(
  canvas: Canvas,
  picture: Pixels,
  { place, part, margin = 0 }: { place: Placement; part?: EvenPart; margin?: number },
): void {
  const { y, u, v } = part === undefined ? planesOf(picture) : partOf(picture, part);
  const half = halfOf(place);
  if (place.width < canvas.width || place.height < canvas.height) {
    canvas.y.samples.fill(margin);
    canvas.u.samples.fill(128);
    canvas.v.samples.fill(128);
  }
  scalePlane(y, canvas.y, place);
  scalePlane(u, canvas.u, half);
  scalePlane(v, canvas.v, half);
}

/** A plane, or a part of one: `stride` samples from row to row. */
type PlanePart = Plane & { readonly stride?: number };

function partOf(
  picture: Pixels,
  part: EvenPart,
): { readonly y: PlanePart; readonly u: PlanePart; readonly v: PlanePart } {
  const { y, u, v } = planesOf(picture);
  const cut = ({ samples, width: stride }: Plane, { left, top, width, height }: EvenPart): PlanePart => {
    return { samples: samples.subarray(top * stride + left), width, height, stride };
  };
  return { y: cut(y, part), u: cut(u, halfOf(part)), v: cut(v, halfOf(part)) };
}

function halfOf({ left, top, width, height }: EvenPart): EvenPart {
  return { left: left / 2, top: top / 2, width: width / 2, height: height / 2 };
}

/** From here on a pixel of the result is the mean of several of the picture's; below, it is interpolated. */
const shrinkMin = 1.9;

function scalePlane(from: PlanePart, to: Plane, place: Placement): void {
  if (from.width === place.width && from.height === place.height) copyPlane(from, to, place);
  else if (from.width < place.width * shrinkMin) interpolatePlane(from, to, place);
  else averagePlane(from, to, place);
}

function copyPlane(from: PlanePart, to: Plane, place: Placement): void {
  for (let row = 0; row < place.height; row++) {
    const start = row * (from.stride ?? from.width);
    const line = from.samples.subarray(start, start + place.width);
    to.samples.set(line, (place.top + row) * to.width + place.left);
  }
}

/** The mean of two by two samples, spread over the pixels that one pixel of the result stands for. */
function averagePlane(from: PlanePart, to: Plane, place: Placement): void {
  const columns = tapPlaces(from.width, place.width * 2);
  const rows = tapPlaces(from.height, place.height * 2);
  const [source, target, stride] = [from.samples, to.samples, from.stride ?? from.width];
  const width = place.width;
  for (let row = 0; row < place.height; row++) {
    const upper = (rows[2 * row] ?? 0) * stride;
    const lower = (rows[2 * row + 1] ?? 0) * stride;
    const out = (place.top + row) * to.width + place.left;
    for (let column = 0; column < width; column++) {
      const left = columns[2 * column] ?? 0;
      const right = columns[2 * column + 1] ?? 0;
      const above = (source[upper + left] ?? 0) + (source[upper + right] ?? 0);
      const below = (source[lower + left] ?? 0) + (source[lower + right] ?? 0);
      target[out + column] = (above + below + 2) >> 2;
    }
  }
}

/** Bilinear, between the centres of the pixels. */
function interpolatePlane(from: PlanePart, to: Plane, place: Placement): void {
  const stepX = from.width / place.width;
  const stepY = from.height / place.height;
  const stride = from.stride ?? from.width;
  for (let row = 0; row < place.height; row++) {
    const atY = Math.max(0, Math.min(from.height - 1, (row + 0.5) * stepY - 0.5));
    const top = Math.floor(atY);
    const line = top * stride;
    const below = top < from.height - 1 ? stride : 0;
    const partY = atY - top;
    for (let column = 0; column < place.width; column++) {
      const atX = Math.max(0, Math.min(from.width - 1, (column + 0.5) * stepX - 0.5));
      const left = Math.floor(atX);
      const right = left < from.width - 1 ? 1 : 0;
      const partX = atX - left;
      const at = line + left;
      const topLeft = from.samples[at] ?? 0;
      const bottomLeft = from.samples[at + below] ?? 0;
      const upper = topLeft + ((from.samples[at + right] ?? 0) - topLeft) * partX;
      const lower = bottomLeft + ((from.samples[at + below + right] ?? 0) - bottomLeft) * partX;
      to.samples[(place.top + row) * to.width + place.left + column] = upper + (lower - upper) * partY + 0.5;
    }
  }
}

/** The source pixel under the middle of each of `count` equal parts. */
function tapPlaces(length: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, tap) => Math.floor(((tap + 0.5) * length) / count));
}

export function evenBelow(value: number): number {
  return Math.floor(value / 2) * 2;
}
