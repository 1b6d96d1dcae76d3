import type { DetectedFace, FaceQuality, Landmarks } from '../system/inference.ts';
import type { Pixels } from '../system/pixels.ts';
import { alignmentOf, chipSide } from './align.ts';
import { mapPoints, rollOf } from './landmark.ts';
import { poseOf } from './pose.ts';
import { forEachInOval } from './oval.ts';
import { inverse, warpGrey } from './warp.ts';

/**
 * Landmarks that span less of the detector's box lie on no face: of 112 detections in the demo pictures of face-api and
 * 65 portraits, faces had 0.56 to 0.81, and the two that were none 0.20 and 0.32.
 */
const templesToBoxMin = 0.4;

/** Whether the landmarks are on a face, as far as their width tells. */
export function isOnFace({ box, quality }: Pick<DetectedFace, 'box' | 'quality'>): boolean {
  return quality.widthPx >= templesToBoxMin * box.width;
}

/** Measures a face where its landmarks say it is. What is good enough is for the caller to say. */
export function measureQuality(picture: Pixels, landmarks: Landmarks): FaceQuality {
  const alignment = alignmentOf(landmarks);
  const grey = warpGrey(picture, { similarity: alignment, side: chipSide });
  const { mean, deviation } = spreadOf(grey);
  return {
    widthPx: templeToTemple(landmarks),
    sharpness: sharpnessOf(grey, chipSide),
    detail: detailOf(grey, chipSide),
    // Of the upright face, so that a tilt does not show as a turn.
    ...poseOf(mapPoints(landmarks, inverse(alignment))),
    rollDeg: rollOf(landmarks),
    light: mean,
    contrast: deviation,
  };
}

/** Detail is looked for in means of this many pixels square: finer than that there is noise, and nothing a net needs. */
const cellPx = 3;

/**
 * How much there is to see in an aligned grey face: the strength of its second differences, to the right and down, between
 * neighbouring cells, by the deviation of its grey. Light and contrast are divided out, and so is size: a small face has as
 * much. Photographs have 0.55 and more, out of focus by 2 px of 115 they have 0.54, by 3 px 0.34, by 5 px 0.2.
 */
export function detailOf(grey: Uint8Array, side: number): number {
  const cells = Math.floor(side / cellPx);
  const means = cellMeans(grey, side, cells);
  let [curvature, count, sum, squares] = [0, 0, 0, 0];
  forEachInOval(cells, (cell) => {
    const twice = 2 * (means[cell] ?? 0);
    const across = (means[cell - 1] ?? 0) + (means[cell + 1] ?? 0) - twice;
    const down = (means[cell - cells] ?? 0) + (means[cell + cells] ?? 0) - twice;
    curvature += across * across + down * down;
    count += 1;
  });
  const strength = Math.sqrt(curvature / count);
  count = 0;
  forEachInOval(side, (pixel) => {
    const value = grey[pixel] ?? 0;
    sum += value;
    squares += value * value;
    count += 1;
  });
  const deviation = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
  return deviation === 0 ? 0 : strength / deviation;
}

function cellMeans(grey: Uint8Array, side: number, cells: number): Float32Array {
  const means = new Float32Array(cells * cells);
  for (let row = 0; row < cells * cellPx; row += 1)
    for (let column = 0; column < cells * cellPx; column += 1) {
      const cell = Math.floor(row / cellPx) * cells + Math.floor(column / cellPx);
      means[cell] = (means[cell] ?? 0) + (grey[row * side + column] ?? 0) / (cellPx * cellPx);
    }
  return means;
}

/** Variance of the Laplacian (Pech-Pacheco et al., ICPR 2000) of a square grey picture. */
export function sharpnessOf(grey: Uint8Array, side: number): number {
  let sum = 0;
  let squares = 0;
  for (let row = 1; row < side - 1; row++) {
    for (let column = 1; column < side - 1; column++) {
      const at = row * side + column;
      const around = (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0) + (grey[at - side] ?? 0) + (grey[at + side] ?? 0);
      const laplacian = around - 4 * (grey[at] ?? 0);
      sum += laplacian;
      squares += laplacian * laplacian;
    }
  }
  const count = (side - 2) * (side - 2);
  return squares / count - (sum / count) ** 2;
}

/** Mean and standard deviation of a grey picture. */
function spreadOf(grey: Uint8Array): { mean: number; deviation: number } {
  let sum = 0;
  let squares = 0;
  for (const value of grey) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / grey.length;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / grey.length - mean * mean)) };
}

function templeToTemple(landmarks: Landmarks): number {
  const [left, right] = [0, 16];
  const across = (landmarks[2 * right] ?? 0) - (landmarks[2 * left] ?? 0);
  const down = (landmarks[2 * right + 1] ?? 0) - (landmarks[2 * left + 1] ?? 0);
  return Math.hypot(across, down);
}
