import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { facesInGrid } from '../../src/face/tiny-detector.ts';

const rows = 8;
const columns = 13;

/** A grid without a face: every score is nearly 0. */
function emptyGrid(): Float32Array {
  const values = new Float32Array(rows * columns * 25);
  for (let box = 0; box < rows * columns * 5; box++) values[5 * box + 4] = -20;
  return values;
}

function propose(values: Float32Array, cell: { row: number; column: number; anchor: number }, five: number[]): void {
  values.set(five, ((cell.row * columns + cell.column) * 5 + cell.anchor) * 5);
}

test('a proposal in the middle of a cell becomes a box of its anchor around that middle', () => {
  const values = emptyGrid();
  propose(values, { row: 2, column: 5, anchor: 0 }, [0, 0, 0, 0, 3]);
  const [face, ...others] = facesInGrid({ values, rows, columns }, 0.3);
  assert(face !== undefined && others.length === 0);
  assert(Math.abs(face.width - 1.603231 * 32) < 1e-3);
  assert(Math.abs(face.height - 2.094468 * 32) < 1e-3);
  assert(Math.abs(face.x + face.width / 2 - 5.5 * 32) < 1e-3);
  assert(Math.abs(face.y + face.height / 2 - 2.5 * 32) < 1e-3);
  assert(Math.abs(face.score - 0.9526) < 1e-4);
});

test('two proposals of one face are one face, and proposals under the least score are none', () => {
  const values = emptyGrid();
  propose(values, { row: 3, column: 4, anchor: 3 }, [0, 0, 0, 0, 1]);
  propose(values, { row: 3, column: 4, anchor: 2 }, [0, 0, 0.4, 0.4, 2]);
  propose(values, { row: 3, column: 11, anchor: 0 }, [0, 0, 0, 0, -1]);
  const faces = facesInGrid({ values, rows, columns }, 0.3);
  assert.equal(faces.length, 1);
  assert((faces[0]?.score ?? 0) > 0.88);
});

test('whatever the net answers, numbers that are none included, boxes are finite and scores above the least', () => {
  fc.assert(
    fc.property(fc.array(fc.float(), { minLength: 100, maxLength: 100 }), (noise) => {
      const values = emptyGrid();
      values.set(noise, 500);
      for (const face of facesInGrid({ values, rows, columns }, 0.3)) {
        assert([face.x, face.y, face.width, face.height].every((value) => Number.isFinite(value)));
        assert(face.score > 0.3 && face.score <= 1);
      }
    }),
    { numRuns: 50 },
  );
});
