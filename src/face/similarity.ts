import assert from 'node:assert/strict';

import type { Embedding } from '../system/inference.ts';

/** Euclidean distance of two embeddings of the same recogniser: 0 is the same picture, 0.6 and more other people. */
export function distance(a: Embedding, b: Embedding): number {
  assert.equal(a.length, b.length, 'embeddings of different lengths are never compared');
  let sum = 0;
  for (let at = 0; at < a.length; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

/** The mean of embeddings, not scaled to a length. */
export function meanEmbedding(embeddings: readonly Embedding[]): Embedding {
  const first = embeddings[0];
  assert(first !== undefined, 'a mean needs at least one embedding');
  const mean = new Float32Array(first.length);
  for (const embedding of embeddings) {
    assert.equal(embedding.length, first.length, 'embeddings of different lengths have no mean');
    for (let at = 0; at < mean.length; at++) mean[at] = (mean[at] ?? 0) + (embedding[at] ?? 0) / embeddings.length;
  }
  return mean;
}
