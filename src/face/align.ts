import type { Landmarks } from '../system/inference.ts';
import type { Pixels } from '../system/pixels.ts';
import { type Similarity, warp } from './warp.ts';

/** Height and width of the aligned face that dlib's recogniser was trained on. Quality is measured on it too. */
export const chipSide = 150;

/** The part of the mean face's size that is added on each side: dlib's value for this recogniser. */
const chipPadding = 0.25;

/**
 * dlib's mean face, a unit square, x and y of the points used: nose bridge and wings (27 to 35), eyes (36 to 47), upper
 * lip (48 to 54) and inner upper lip (60 to 64). Brows, jaw and lower lip move too much. From dlib's
 * get_face_chip_details (dlib/image_transforms/interpolation.h).
 */
const meanFace: readonly (readonly [point: number, x: number, y: number])[] = [
  [27, 0.490127, 0.203352], [28, 0.490127, 0.307009], [29, 0.490127, 0.409805], [30, 0.490127, 0.515625],
  [31, 0.36688, 0.587326], [32, 0.426036, 0.609345], [33, 0.490127, 0.628106], [34, 0.554217, 0.609345],
  [35, 0.613373, 0.587326], [36, 0.121737, 0.216423], [37, 0.187122, 0.178758], [38, 0.265825, 0.179852],
  [39, 0.334606, 0.231733], [40, 0.260918, 0.245099], [41, 0.182743, 0.244077], [42, 0.645647, 0.231733],
  [43, 0.714428, 0.179852], [44, 0.793132, 0.178758], [45, 0.858516, 0.216423], [46, 0.79751, 0.244077],
  [47, 0.719335, 0.245099], [48, 0.254149, 0.780233], [49, 0.340985, 0.745405], [50, 0.428858, 0.727388],
  [51, 0.490127, 0.742578], [52, 0.551395, 0.727388], [53, 0.639268, 0.745405], [54, 0.726104, 0.780233],
  [60, 0.290379, 0.784792], [61, 0.428096, 0.778746], [62, 0.490127, 0.785343], [63, 0.552157, 0.778746],
  [64, 0.689874, 0.784792],
]; // prettier-ignore

/** A point of a mean face in pixels of an aligned face, and where it is on this one in pixels of its picture. */
type Laid = readonly [fromX: number, fromY: number, toX: number, toY: number];

/** The similarity from the pixels of an aligned face (`chipSide` square) to the picture that undoes a tilted head. */
export function alignmentOf(landmarks: Landmarks): Similarity {
  const place = (mean: number): number => ((chipPadding + mean) / (2 * chipPadding + 1)) * chipSide - 0.5;
  return bestSimilarity(
    meanFace.map(([point, x, y]): Laid => [
      place(x),
      place(y),
      landmarks[2 * point] ?? 0,
      landmarks[2 * point + 1] ?? 0,
    ]),
  );
}

/** Height and width of the aligned face that recognisers trained with ArcFace's loss read. */
export const arcFaceSide = 112;

/** ArcFace's five points in those pixels, each the middle of these landmarks (insightface, face_align.py). */
const arcFacePoints: readonly (readonly [x: number, y: number, landmarks: readonly number[]])[] = [
  [38.2946, 51.6963, [36, 37, 38, 39, 40, 41]],
  [73.5318, 51.5014, [42, 43, 44, 45, 46, 47]],
  [56.0252, 71.7366, [30]],
  [41.5493, 92.3655, [48]],
  [70.7299, 92.2041, [54]],
];

/** The same from the pixels of an aligned face of `arcFaceSide`. */
export function arcFaceAlignmentOf(landmarks: Landmarks): Similarity {
  const middle = (points: readonly number[], axis: number): number =>
    points.reduce((sum, point) => sum + (landmarks[2 * point + axis] ?? 0), 0) / points.length;
  return bestSimilarity(arcFacePoints.map(([x, y, points]): Laid => [x, y, middle(points, 0), middle(points, 1)]));
}

/** The similarity that best lays the points on each other, by least squares (Umeyama 1991; in the plane in closed form). */
function bestSimilarity(points: readonly Laid[]): Similarity {
  const centre = { fromX: 0, fromY: 0, toX: 0, toY: 0 };
  for (const [fromX, fromY, toX, toY] of points) {
    centre.fromX += fromX / points.length;
    centre.fromY += fromY / points.length;
    centre.toX += toX / points.length;
    centre.toY += toY / points.length;
  }
  let along = 0;
  let across = 0;
  let spread = 0;
  for (const point of points) {
    const fromX = point[0] - centre.fromX;
    const fromY = point[1] - centre.fromY;
    const toX = point[2] - centre.toX;
    const toY = point[3] - centre.toY;
    along += fromX * toX + fromY * toY;
    across += fromX * toY - fromY * toX;
    spread += fromX * fromX + fromY * fromY;
  }
  const scaleX = along / spread;
  const scaleY = across / spread;
  return {
    scaleX,
    scaleY,
    shiftX: centre.toX - scaleX * centre.fromX + scaleY * centre.fromY,
    shiftY: centre.toY - scaleY * centre.fromX - scaleX * centre.fromY,
  };
}

/** The aligned face, square, RGB: what a recogniser reads. Black where it falls outside the picture. */
export function warpFace(picture: Pixels, alignment: Similarity, side = chipSide): Uint8Array<ArrayBuffer> {
  return warp(picture, { similarity: alignment, side });
}
