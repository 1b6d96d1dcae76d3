import assert from 'node:assert/strict';
import test from 'node:test';
import { apartness, type PreparedFace } from '../../src/face/scoring.ts';
import { VectorTable } from '../../src/people/vector-table.ts';

const numbers = 32;
/** Faces that differ in where they lie and in how they are eased. */
const face = (at: number): PreparedFace => ({
  vector: Float32Array.from({ length: numbers }, (_, index) => Math.sin(at + index)),
  ease: (at % 7) / 50 - 0.05,
});

test('every face keeps its distance from all others, however many come and go', () => {
  const table = new VectorTable(numbers);
  const kept = new Map<string, PreparedFace>();
  for (let at = 0; at < 200; at += 1) {
    table.put(`face-${at}`, at, face(at));
    kept.set(`face-${at}`, face(at));
  }
  for (let at = 0; at < 200; at += 3) {
    assert.ok(table.remove(`face-${at}`));
    kept.delete(`face-${at}`);
  }
  assert.equal(table.size, kept.size);
  const query = face(0.5);
  for (let row = 0; row < table.size; row += 1) {
    const own = kept.get(table.faceIdAt(row));
    assert.ok(own !== undefined);
    const far = apartness(own, query);
    assert.ok(Math.abs(table.apartnessBelow(row, query, Infinity) - far) < 1e-5, `${table.faceIdAt(row)}: ${far}`);
    assert.equal(table.apartnessBelow(row, query, far - 1e-3), Infinity, 'it is not below that');
  }
});
