import type { FaceInFrame } from '../system/inference.ts';
import { planesOf, type Plane } from './i420.ts';
import { middleOf } from './landmark.ts';
import { cellsPerFace, edgesAround, findEdge, type FacePlace, type StraightEdge } from './straight-edge.ts';

/**
 * Pixels that a face must have moved across an edge to tell whether it takes the edge along. Landmarks of a sheet that is
 * held still are 0.3 pixels off, an edge less.
 */
const moveMin = 1.5;
/** A face that has moved further, in widths of it, may be another one. */
const moveMax = 0.6;
/** An edge that goes along moves as far as the face; at a corner of a sheet that is turned or comes nearer, less or more. */
const shareOfMove = { from: 0.6, to: 1.5 } as const;
/** It is the same edge when its step is at least this share of what it was. */
const sameStepMin = 0.6;
const slackPx = 3;

/** The sides of a face on which a straight edge goes along with it, before a ground that does not. */
export function sidesThatGoAlong(faces: readonly FaceInFrame[]): ReadonlySet<StraightEdge['side']> {
  const seen = faces.map(({ picture, landmarks, widthPx }) => ({
    luma: planesOf(picture).y,
    place: { ...middleOf(landmarks), cellPx: widthPx / cellsPerFace },
  }));
  const sides = new Set<StraightEdge['side']>();
  for (const [at, before] of seen.slice(0, -1).entries()) {
    const edges = edgesAround(before.luma, before.place);
    for (const after of seen.slice(at + 1)) for (const side of sidesBetween(before, after, edges)) sides.add(side);
  }
  return sides;
}

interface Seen {
  readonly luma: Plane;
  readonly place: FacePlace;
}

function sidesBetween(before: Seen, after: Seen, edges: readonly StraightEdge[]): readonly StraightEdge['side'][] {
  const { place } = before;
  const moved = { x: after.place.x - place.x, y: after.place.y - place.y };
  const far = Math.max(Math.abs(moved.x), Math.abs(moved.y));
  if (edges.length === 0 || far > moveMax * cellsPerFace * place.cellPx) return [];
  if (isCameraMoved(before, after.luma, moved)) return [];
  return edges.filter((edge) => goesAlong(edge, { before, luma: after.luma, moved })).map(({ side }) => side);
}

interface Move {
  readonly x: number;
  readonly y: number;
}

function goesAlong(
  edge: StraightEdge,
  { before, luma, moved }: { readonly before: Seen; readonly luma: Plane; readonly moved: Move },
): boolean {
  const isUpright = edge.side === 'left' || edge.side === 'right';
  const expected = isUpright ? moved.x - edge.slope * moved.y : moved.y - edge.slope * moved.x;
  if (Math.abs(expected) < moveMin) return false;
  const around = 1.5 * before.place.cellPx;
  const was = findEdge(before.luma, before.place, { edge, from: -around, to: around });
  if (was === undefined) return false;
  // Looked for where it was, too: what is strongest there stays behind.
  const [from, to] = [was.aside + Math.min(0, expected) - slackPx, was.aside + Math.max(0, expected) + slackPx];
  const is = findEdge(luma, before.place, { edge, from, to });
  if (is === undefined || is.step < sameStepMin * was.step) return false;
  const share = (is.aside - was.aside) / expected;
  return share > shareOfMove.from && share < shareOfMove.to;
}

/** Blocks of the ground that are compared, and how far apart they are. */
const block = { px: 4, everyPx: 24, marginPx: 24 } as const;
/** The ground has moved along when it differs less so by this share. */
const alongMax = 0.9;

/** Whether the ground, too, has moved as the face has: then it was the camera. */
function isCameraMoved({ luma: one, place }: Seen, other: Plane, moved: Move): boolean {
  const [right, below] = [Math.round(moved.x), Math.round(moved.y)];
  const reachPx = 2.3 * cellsPerFace * place.cellPx;
  const { px, everyPx, marginPx } = block;
  let [still, along] = [0, 0];
  for (let y = marginPx; y < one.height - marginPx - px; y += everyPx)
    for (let x = marginPx; x < one.width - marginPx - px; x += everyPx) {
      if (Math.abs(x - place.x) < reachPx && Math.abs(y - place.y) < reachPx) continue;
      const was = blockAt(one, x, y);
      still += Math.abs(blockAt(other, x, y) - was);
      along += Math.abs(blockAt(other, x + right, y + below) - was);
    }
  return along < alongMax * still;
}

function blockAt({ samples, width, height }: Plane, x: number, y: number): number {
  let sum = 0;
  for (let row = y; row < y + block.px; row += 1)
    for (let column = x; column < x + block.px; column += 1)
      sum += samples[Math.max(0, Math.min(height - 1, row)) * width + Math.max(0, Math.min(width - 1, column))] ?? 0;
  return sum / block.px ** 2;
}
