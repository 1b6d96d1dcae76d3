import type { Box } from '../system/pixels.ts';

/** A box that a detector proposes. */
export interface ScoredBox extends Box {
  /** The detector's confidence, 0 to 1. */
  readonly score: number;
}

/** How much two boxes cover each other: shared area by joint area, 0 to 1. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

/** The best box of every heap of boxes that overlap more than `overlapMax`, best first (non-maximum suppression). */
export function suppress(boxes: readonly ScoredBox[], overlapMax: number): readonly ScoredBox[] {
  const kept: ScoredBox[] = [];
  for (const box of boxes.toSorted((a, b) => b.score - a.score)) {
    if (kept.every((better) => overlap(better, box) <= overlapMax)) kept.push(box);
  }
  return kept;
}

/** The part of the box inside a picture, with whole numbers rounded as face-api does; undefined when nothing is left. */
export function clip(box: Box, picture: { readonly width: number; readonly height: number }): Box | undefined {
  const x = Math.max(box.x, 0);
  const y = Math.max(box.y, 0);
  const width = Math.floor(Math.min(box.x + box.width, picture.width) - x);
  const height = Math.floor(Math.min(box.y + box.height, picture.height) - y);
  if (width <= 0 || height <= 0) return undefined;
  return { x: Math.floor(x), y: Math.floor(y), width, height };
}
