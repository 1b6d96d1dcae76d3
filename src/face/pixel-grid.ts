import type { FaceInFrame } from '../system/inference.ts';
import { median } from './consensus.ts';
import { planesOf, type Plane } from './i420.ts';
import { middleOf } from './landmark.ts';

/** A square of so many pixels is looked at: a power of two. */
const patchSide = 64;

/** Power by frequency of a square patch whose upper left corner is at (left, top), windowed; half of it, rows of `patchSide`. */
function spectrumOf({ samples, width }: Plane, left: number, top: number): Float32Array {
  const [real, imaginary] = [new Float32Array(patchSide ** 2), new Float32Array(patchSide ** 2)];
  let mean = 0;
  for (let row = 0; row < patchSide; row += 1)
    for (let column = 0; column < patchSide; column += 1)
      mean += (samples[(top + row) * width + left + column] ?? 0) / patchSide ** 2;
  for (let row = 0; row < patchSide; row += 1)
    for (let column = 0; column < patchSide; column += 1)
      real[row * patchSide + column] =
        ((samples[(top + row) * width + left + column] ?? 0) - mean) * hann(row) * hann(column);
  for (let line = 0; line < patchSide; line += 1) transform(real, imaginary, { from: line * patchSide, step: 1 });
  for (let line = 0; line < patchSide; line += 1) transform(real, imaginary, { from: line, step: patchSide });
  return real.map((value, at) => value * value + (imaginary[at] ?? 0) ** 2);
}

function hann(at: number): number {
  return 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 0.5)) / patchSide);
}

/** A Fourier transform in place, of one line (Cooley and Tukey, 1965). */
function transform(
  real: Float32Array,
  imaginary: Float32Array,
  { from, step }: { readonly from: number; readonly step: number },
): void {
  for (let at = 0, mirrored = 0; at < patchSide; at += 1) {
    if (at < mirrored) {
      exchange(real, from + at * step, from + mirrored * step);
      exchange(imaginary, from + at * step, from + mirrored * step);
    }
    let bit = patchSide >> 1;
    for (; (mirrored & bit) !== 0; bit >>= 1) mirrored ^= bit;
    mirrored |= bit;
  }
  for (let length = 2; length <= patchSide; length *= 2) {
    const half = (length / 2) * step;
    for (let turn = 0; turn < length / 2; turn += 1) {
      const cos = Math.cos((2 * Math.PI * turn) / length);
      const sin = -Math.sin((2 * Math.PI * turn) / length);
      for (let one = from + turn * step; one < from + patchSide * step; one += length * step) {
        const other = one + half;
        const turnedReal = (real[other] ?? 0) * cos - (imaginary[other] ?? 0) * sin;
        const turnedImaginary = (real[other] ?? 0) * sin + (imaginary[other] ?? 0) * cos;
        real[other] = (real[one] ?? 0) - turnedReal;
        imaginary[other] = (imaginary[one] ?? 0) - turnedImaginary;
        real[one] = (real[one] ?? 0) + turnedReal;
        imaginary[one] = (imaginary[one] ?? 0) + turnedImaginary;
      }
    }
  }
}

function exchange(values: Float32Array, one: number, other: number): void {
  const kept = values[one] ?? 0;
  values[one] = values[other] ?? 0;
  values[other] = kept;
}

/** From this frequency on, in cycles over the patch: what is coarser is the face's own. */
const frequencyMin = 9;
/** Nearer to the axes than this is the camera's compression, whose blocks are 8 pixels square. */
const axisMin = 2;
/** What is around a frequency: places up to so far away, but not so near that its own power leaks into them. */
const around = { from: 3, to: 5 } as const;

/** How many times the strongest frequency of a patch has the power of those around it. */
function peakOf(power: Float32Array): number {
  const half = patchSide / 2;
  const at = (across: number, down: number): number =>
    power[((down + patchSide) % patchSide) * patchSide + ((across + patchSide) % patchSide)] ?? 0;
  let best = 0;
  // The other half of the plane is the mirror image of this one.
  for (let down = axisMin; down < half; down += 1)
    for (let across = 1 - half; across < half; across += 1) {
      if (Math.abs(across) < axisMin || Math.hypot(across, down) < frequencyMin) continue;
      const here = at(across, down);
      const isTop =
        here >= at(across + 1, down) && here >= at(across - 1, down) && here >= at(across, down + 1) && here >= at(across, down - 1); // prettier-ignore
      if (isTop && standsOut(at, across, down))
        best = Math.max(best, here / Math.max(1, medianAround(at, across, down)));
    }
  return best;
}

/** Cheaply: whether it has twenty times the power of most places four away. */
function standsOut(at: (across: number, down: number) => number, across: number, down: number): boolean {
  const most = at(across, down) / 20;
  let others = 0;
  for (let y = -4; y <= 4; y += 4) for (let x = -4; x <= 4; x += 4) if (at(across + x, down + y) > most) others += 1;
  return others <= 4; // Itself among them.
}

function medianAround(at: (across: number, down: number) => number, across: number, down: number): number {
  const others: number[] = [];
  for (let y = -around.to; y <= around.to; y += 1)
    for (let x = -around.to; x <= around.to; x += 1)
      if (Math.max(Math.abs(x), Math.abs(y)) >= around.from) others.push(at(across + x, down + y));
  return median(others) ?? 0;
}

/**
 * A face has no frequency that stands out: of 90 frames of faces at a door the most had 21 times the power around it, half
 * of them 11. On screens made by script half had a thousand times.
 */
const peakMin = 60;
/** A smaller face does not fill the patch: what is beside it may be a fence. */
const widthMin = 72;

/** Whether a grid lies over the face in this frame, as the pixels of a screen do. */
export function hasPixelGrid({ picture, landmarks, widthPx }: FaceInFrame): boolean {
  const luma = planesOf(picture).y;
  const { x, y } = middleOf(landmarks);
  const [left, top] = [Math.round(x - patchSide / 2), Math.round(y - patchSide / 2)];
  const isInside = left >= 0 && top >= 0 && left + patchSide <= luma.width && top + patchSide <= luma.height;
  return isInside && widthPx >= widthMin && peakOf(spectrumOf(luma, left, top)) >= peakMin;
}
