import { type Plane, planesOf } from '../../face/i420.ts';
import { i420Bytes, type Pixels } from '../../system/pixels.ts';
import { scaledInto } from './camera-parts.ts';

/** A figure without its background: `mask` has its size, and its lightness says how much of a point is seen. */
export interface Cutout {
  readonly body: Pixels;
  readonly mask: Pixels;
}

/** Buffers that scaled cut-outs are drawn into, again and again: a walk would otherwise leave megabytes a second. */
export interface CutoutScratch {
  readonly body: SharedArrayBuffer;
  readonly mask: SharedArrayBuffer;
}

/** Room for each of the cut-outs at its full size. */
export function scratchFor(cutouts: readonly Cutout[]): CutoutScratch {
  const bytes = Math.max(0, ...cutouts.map(({ body }) => i420Bytes(body.width, body.height)));
  return { body: new SharedArrayBuffer(bytes), mask: new SharedArrayBuffer(bytes) };
}

/** The cut-out at `scale`, 0 to 1, in the scratch buffers: good until they are used again. */
export function scaleCutout(cutout: Cutout, scale: number, scratch: CutoutScratch): Cutout {
  return {
    body: scaledInto(scratch.body, cutout.body, scale),
    mask: scaledInto(scratch.mask, cutout.mask, scale),
  };
}

/** Draws the cut-out over the frame. `left` and `top` are even, so that chroma falls on chroma; the rest is clipped. */
export function paintCutout(frame: Pixels, cutout: Cutout, place: { left: number; top: number }): void {
  const onto = planesOf(frame);
  const body = planesOf(cutout.body);
  const mask = planesOf(cutout.mask).y;
  const half = { left: place.left / 2, top: place.top / 2 };
  blendPlane(onto.y, body.y, { ...place, mask, step: 1 });
  blendPlane(onto.u, body.u, { ...half, mask, step: 2 });
  blendPlane(onto.v, body.v, { ...half, mask, step: 2 });
}

interface Blend {
  readonly left: number;
  readonly top: number;
  readonly mask: Plane;
  /** Points of the mask for each sample of the plane, along each axis. */
  readonly step: 1 | 2;
}

function blendPlane(onto: Plane, from: Plane, { left, top, mask, step }: Blend): void {
  const firstRow = Math.max(0, -top);
  const lastRow = Math.min(from.height, onto.height - top);
  const firstColumn = Math.max(0, -left);
  const lastColumn = Math.min(from.width, onto.width - left);
  for (let row = firstRow; row < lastRow; row += 1) {
    let at = row * from.width + firstColumn;
    let to = (top + row) * onto.width + left + firstColumn;
    let covered = row * step * mask.width + firstColumn * step;
    for (let column = firstColumn; column < lastColumn; column += 1, at += 1, to += 1, covered += step) {
      const share = mask.samples[covered] ?? 0;
      if (share === 0) continue;
      const below = onto.samples[to] ?? 0;
      // Division by 255 in whole numbers, exact for these sums.
      onto.samples[to] = (((from.samples[at] ?? 0) * share + below * (255 - share) + 128) * 257) >> 16;
    }
  }
}
