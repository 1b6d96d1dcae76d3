import assert from 'node:assert/strict';

import type { PreparedFace } from '../face/scoring.ts';
import type { Embedding } from '../system/inference.ts';

const rowsAtFirst = 64;
/** An embedding is given up after so many numbers once it is too far: early enough to save, late enough to be likely. */
const numbersBetweenLooks = 32;

/**
 * Faces side by side in one Float32Array, each with the slot (a small number) of whom it belongs to.
 * Adding is amortised constant, removing moves the last row into the gap: nothing is ever rebuilt.
 */
export class VectorTable {
  readonly #numbers: number;
  #values: Float32Array;
  #eases = new Float32Array(rowsAtFirst);
  #slots = new Int32Array(rowsAtFirst);
  readonly #faceIds: string[] = [];
  readonly #rows = new Map<string, number>();

  /** `numbers`: of a vector, a multiple of 32. */
  constructor(numbers: number) {
    assert.equal(numbers % numbersBetweenLooks, 0);
    this.#numbers = numbers;
    this.#values = new Float32Array(rowsAtFirst * numbers);
  }

  get size(): number {
    return this.#faceIds.length;
  }

  /** Adds a face, or replaces the one with the same id. */
  put(faceId: string, slot: number, { vector, ease }: PreparedFace): void {
    assert.equal(vector.length, this.#numbers);
    const row = this.#rows.get(faceId) ?? this.#newRow(faceId);
    this.#values.set(vector, row * this.#numbers);
    this.#eases[row] = ease;
    this.#slots[row] = slot;
  }

  /** False when there is no such face. */
  remove(faceId: string): boolean {
    const row = this.#rows.get(faceId);
    if (row === undefined) return false;
    const last = this.#faceIds.length - 1;
    const lastId = this.faceIdAt(last);
    this.#values.copyWithin(row * this.#numbers, last * this.#numbers, (last + 1) * this.#numbers);
    this.#eases[row] = this.#eases[last] ?? 0;
    this.#slots[row] = this.slotAt(last);
    this.#faceIds[row] = lastId;
    this.#rows.set(lastId, row);
    this.#faceIds.pop();
    this.#rows.delete(faceId);
    return true;
  }

  /** Removes a face and gives it back for `put`; undefined when there is none. */
  take(faceId: string): { readonly slot: number; readonly face: PreparedFace } | undefined {
    const row = this.#rows.get(faceId);
    if (row === undefined) return undefined;
    const vector = this.#values.slice(row * this.#numbers, (row + 1) * this.#numbers);
    const taken = { slot: this.slotAt(row), face: { vector, ease: this.#eases[row] ?? 0 } };
    this.remove(faceId);
    return taken;
  }

  faceIdAt(row: number): string {
    const faceId = this.#faceIds[row];
    assert(faceId !== undefined);
    return faceId;
  }

  /** The face that was added first of those still here. */
  oldestFaceId(): string | undefined {
    return this.#rows.keys().next().value;
  }

  slotAt(row: number): number {
    return this.#slots[row] ?? -1;
  }

  /** How far a row is from the query, by `apartness`, or Infinity as soon as it cannot be below the limit. */
  apartnessBelow(row: number, { vector, ease }: PreparedFace, limit: number): number {
    const eases = ease + (this.#eases[row] ?? 0);
    const reach = limit + eases;
    if (reach <= 0) return Number.POSITIVE_INFINITY;
    const squared = this.#squaredDistanceBelow(row, vector, reach * reach);
    const apart = Math.sqrt(squared) - eases;
    return apart < limit ? apart : Number.POSITIVE_INFINITY;
  }

  /** How far the vectors are from each other as they are. */
  plainDistance(row: number, { vector }: PreparedFace): number {
    return Math.sqrt(this.#squaredDistanceBelow(row, vector, Number.POSITIVE_INFINITY));
  }

  #squaredDistanceBelow(row: number, query: Embedding, limit: number): number {
    return squaredDistanceBelow({ values: this.#values, start: row * this.#numbers }, query, limit);
  }

  #newRow(faceId: string): number {
    const row = this.#faceIds.length;
    if (row === this.#slots.length) this.#double();
    this.#faceIds.push(faceId);
    this.#rows.set(faceId, row);
    return row;
  }

  #double(): void {
    const values = new Float32Array(this.#values.length * 2);
    values.set(this.#values);
    this.#values = values;
    const slots = new Int32Array(this.#slots.length * 2);
    slots.set(this.#slots);
    this.#slots = slots;
    const eases = new Float32Array(this.#eases.length * 2);
    eases.set(this.#eases);
    this.#eases = eases;
  }
}

/** Four accumulators, so that the additions do not wait for one another. */
function squaredDistanceBelow(
  { values, start }: { readonly values: Float32Array; readonly start: number },
  query: Embedding,
  limit: number,
): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let from = 0; from < query.length; from += numbersBetweenLooks) {
    const to = from + numbersBetweenLooks;
    for (let i = from; i < to; i += 4) {
      const d0 = Number(values[start + i]) - Number(query[i]);
      const d1 = Number(values[start + i + 1]) - Number(query[i + 1]);
      const d2 = Number(values[start + i + 2]) - Number(query[i + 2]);
      const d3 = Number(values[start + i + 3]) - Number(query[i + 3]);
      sum0 += d0 * d0;
      sum1 += d1 * d1;
      sum2 += d2 * d2;
      sum3 += d3 * d3;
    }
    if (sum0 + sum1 + sum2 + sum3 >= limit) return Number.POSITIVE_INFINITY;
  }
  return sum0 + sum1 + sum2 + sum3;
}
