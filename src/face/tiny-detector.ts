import { type ScoredBox, suppress } from './box.ts';

/** What the tiny face detector answers: for every cell and each of five anchors x, y, width, height and score. */
export interface Grid {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Pixels of the net's picture along one side of a cell. */
const cellPx = 32;

/** Width and height of the five anchors in cells: face-api's src/tinyFaceDetector/const.ts. */
const anchors: readonly (readonly [width: number, height: number])[] = [
  [1.603231, 2.094468], [6.041143, 7.080126], [2.882459, 3.518061], [4.266906, 5.178857], [9.041765, 10.66308],
]; // prettier-ignore

const valuesPerBox = 5;

/** Boxes that overlap more are the same face: face-api's value. */
export const overlapMax = 0.4;

/** Boxes considered at most; a picture of noise may propose one in every cell. */
const boxesMax = 256;

/** The faces in the net's picture, in its pixels, best first; a box may reach over the picture's edges. */
export function facesInGrid({ values, rows, columns }: Grid, scoreMin: number): readonly ScoredBox[] {
  const found: ScoredBox[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (const [anchor, size] of anchors.entries()) {
        const at = ((row * columns + column) * anchors.length + anchor) * valuesPerBox;
        const score = sigmoid(values[at + 4] ?? 0);
        // Written so that a NaN is no face.
        if (!(score > scoreMin)) continue;
        const width = Math.exp(values[at + 2] ?? 0) * size[0] * cellPx;
        const height = Math.exp(values[at + 3] ?? 0) * size[1] * cellPx;
        const x = (column + sigmoid(values[at] ?? 0)) * cellPx - width / 2;
        const y = (row + sigmoid(values[at + 1] ?? 0)) * cellPx - height / 2;
        if ([x, y, width, height].every((value) => Number.isFinite(value))) found.push({ x, y, width, height, score });
      }
    }
  }
  const best = found.length > boxesMax ? found.toSorted((a, b) => b.score - a.score).slice(0, boxesMax) : found;
  return suppress(best, overlapMax);
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
