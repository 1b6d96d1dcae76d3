import type { Embedding, Scoring } from '../system/inference.ts';
import { distance } from './similarity.ts';

/** An embedding ready for comparison. */
export interface PreparedFace {
  readonly vector: Embedding;
  /** By how much its distances are shortened; below 0 where strangers look alike. */
  readonly ease: number;
}

/** Embeddings of 128 numbers, compared as they are. */
export const plainScoring: Scoring = { numbers: 128, unlike: 0.75 };

export function prepareFace({ length, density }: Scoring, embedding: Embedding): PreparedFace {
  if (length === undefined) return { vector: embedding, ease: 0 };
  const unit = scaled(embedding, 1);
  const vector = scaled(unit, length);
  if (density === undefined) return { vector, ease: 0 };
  const nearest = Math.min(...density.centroids.map((centroid) => distance(unit, centroid)));
  return { vector, ease: density.weight * length * (nearest - density.typical) };
}

/** How far apart two faces are. Of two pictures of a face it may be below 0. */
export function apartness(a: PreparedFace, b: PreparedFace): number {
  return distance(a.vector, b.vector) - (a.ease + b.ease);
}

/** The same direction at another length. An embedding of zeros has none and stays what it is. */
export function scaled(embedding: Embedding, length: number): Embedding {
  const factor = length / (Math.hypot(...embedding) || 1);
  return embedding.map((value) => value * factor);
}
