import type { Landmarks } from '../system/inference.ts';
import type { Box } from '../system/pixels.ts';
import { alignmentOf } from './align.ts';
import { apply, type Cut, inverse, type Similarity } from './warp.ts';

/** Height and width of the picture that the landmark net reads. */
export const landmarkSide = 112;

const pointCount = 68;

/**
 * What the landmark net sees of a face: the detector's box in the middle of a black square, as face-api cuts it (its
 * `extractFaceTensors`, `padToSquare` and TensorFlow's resizing, whose pixels are named by their corner).
 */
export function landmarkCut(box: Box): Cut {
  const side = Math.max(box.width, box.height);
  const similarity: Similarity = {
    scaleX: side / landmarkSide,
    scaleY: 0,
    shiftX: box.x - Math.floor((side - box.width) / 2),
    shiftY: box.y - Math.floor((side - box.height) / 2),
  };
  return { similarity, side: landmarkSide, within: box };
}

/**
 * What the net sees in a second look at a tilted face: a square that stands on the face's own chin, around the first
 * look's landmarks.
 */
export function uprightCut(landmarks: Landmarks): Cut {
  const alignment = alignmentOf(landmarks);
  const scale = Math.hypot(alignment.scaleX, alignment.scaleY);
  const turn = { scaleX: alignment.scaleX / scale, scaleY: alignment.scaleY / scale, shiftX: 0, shiftY: 0 };
  const bounds = boundsOf(mapPoints(landmarks, inverse(turn)));
  const side = Math.max(bounds.width, bounds.height) * uprightMargin;
  const left = bounds.x + bounds.width / 2 - side / 2;
  const top = bounds.y + bounds.height / 2 - side * uprightCentre;
  const [shiftX, shiftY] = apply(turn, left, top);
  const perPixel = side / landmarkSide;
  const similarity = { scaleX: turn.scaleX * perPixel, scaleY: turn.scaleY * perPixel, shiftX, shiftY };
  return { similarity, side: landmarkSide };
}

/**
 * Side of the second look's square by the larger side of the landmarks' bounds, and how far down in it their middle lies:
 * where the embeddings of pictures and of the same pictures turned by 30 and 45 degrees differ least (0.055 and 0.069).
 */
const uprightMargin = 1.25;
const uprightCentre = 0.5;

/** The net's answer (fractions of its square) as points of the picture. */
export function landmarksIn({ similarity, side }: Cut, output: Float32Array): Landmarks {
  const scaled = output.map((fraction) => fraction * side);
  return mapPoints(scaled, similarity);
}

/** How far the head is tilted in the picture plane, in degrees; positive is clockwise. */
export function rollOf(landmarks: Landmarks): number {
  const { scaleX, scaleY } = alignmentOf(landmarks);
  return (Math.atan2(scaleY, scaleX) * 180) / Math.PI;
}

/** The smallest upright box around all points. */
export function boundsOf(points: Landmarks): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let point = 0; point < points.length; point += 2) {
    const x = points[point] ?? 0;
    const y = points[point + 1] ?? 0;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The mean of all points. */
export function middleOf(landmarks: Landmarks): { readonly x: number; readonly y: number } {
  let [x, y] = [0, 0];
  const points = landmarks.length / 2;
  for (let point = 0; point < points; point += 1) {
    x += (landmarks[2 * point] ?? 0) / points;
    y += (landmarks[2 * point + 1] ?? 0) / points;
  }
  return { x, y };
}

/** Every point where the similarity sends it. */
export function mapPoints(points: Landmarks, similarity: Similarity): Landmarks {
  const mapped = new Float32Array(2 * pointCount);
  for (let point = 0; point < pointCount; point++) {
    const [x, y] = apply(similarity, points[2 * point] ?? 0, points[2 * point + 1] ?? 0);
    mapped[2 * point] = x;
    mapped[2 * point + 1] = y;
  }
  return mapped;
}
