import type { Plane } from './i420.ts';

/** What is around a face, shrunk: the face is `cellsPerFace` cells wide, and its middle is in the middle. */
interface Surroundings {
  readonly cells: Float32Array;
  readonly side: number;
}

/** A straight edge beside a face, upright or level but for its slope. */
export interface StraightEdge {
  readonly side: 'left' | 'right' | 'above' | 'below';
  /** Cells from the middle of the face to where it crosses. */
  readonly at: number;
  /** Cells that it goes aside on each cell of its length. */
  readonly slope: number;
  /** How much brighter it is behind it, in grey of 255 over two cells; negative when darker. */
  readonly step: number;
}

/** The middle of a face on a plane, and how many pixels of it are a cell. */
export interface FacePlace {
  readonly x: number;
  readonly y: number;
  readonly cellPx: number;
}

export const cellsPerFace = 16;
/** So far around the middle, in widths of the face. */
const reach = 2.3;
/** From where to where an edge is looked for beside the face, and how far along it, in widths of the face. */
const across = { from: 0.62, to: 2.2, begin: -1.15, end: 1 } as const;
const down = { from: 0.75, to: 2.2, begin: -0.8, end: 0.8 } as const;
/** Tilted by up to 17 degrees, in steps of two and a half. */
const slopes = [-0.3, -0.25, -0.2, -0.16, -0.12, -0.08, -0.04, 0, 0.04, 0.08, 0.12, 0.16, 0.2, 0.25, 0.3] as const;
/** A step of less is no edge; so much of its length must have it, always to the same side. */
const stepMin = 7;
const shareMin = 0.8;
const edgesPerSideMax = 3;
/** Over four pixels a straight edge has at least this share of the step that it has over two cells; what is soft or bent has less. */
const sharpMin = 0.45;

function surroundingsOf(luma: Plane, place: FacePlace): Surroundings {
  const half = Math.round(reach * cellsPerFace);
  const side = 2 * half + 1;
  const cells = new Float32Array(side * side);
  const taps = Math.max(1, Math.min(4, Math.round(place.cellPx / 2)));
  for (let row = 0; row < side; row += 1)
    for (let column = 0; column < side; column += 1) {
      let sum = 0;
      for (let tap = 0; tap < taps * taps; tap += 1) {
        const x = place.x + (column - half + ((tap % taps) + 0.5) / taps - 0.5) * place.cellPx;
        const y = place.y + (row - half + (Math.floor(tap / taps) + 0.5) / taps - 0.5) * place.cellPx;
        sum += sampleAt(luma, x, y);
      }
      cells[row * side + column] = sum / (taps * taps);
    }
  return { cells, side };
}

/** The nearest sample; beyond the edge the edge goes on. */
function sampleAt({ samples, width, height }: Plane, x: number, y: number): number {
  const column = Math.max(0, Math.min(width - 1, Math.round(x)));
  const row = Math.max(0, Math.min(height - 1, Math.round(y)));
  return samples[row * width + column] ?? 0;
}

/** The straightest and longest edges on each side of a face. */
export function edgesAround(luma: Plane, place: FacePlace): readonly StraightEdge[] {
  const { cells, side } = surroundingsOf(luma, place);
  const upright = (along: number, aside: number): number => cells[along * side + aside] ?? 0;
  const level = (along: number, aside: number): number => cells[aside * side + along] ?? 0;
  return [
    ...edgesOn('left', upright, { side, limits: across, sign: -1 }),
    ...edgesOn('right', upright, { side, limits: across, sign: 1 }),
    ...edgesOn('above', level, { side, limits: down, sign: -1 }),
    ...edgesOn('below', level, { side, limits: down, sign: 1 }),
  ];
}

interface Search {
  readonly side: number;
  readonly limits: { readonly from: number; readonly to: number; readonly begin: number; readonly end: number };
  readonly sign: 1 | -1;
}

function edgesOn(
  name: StraightEdge['side'],
  greyAt: (along: number, aside: number) => number,
  { side, limits, sign }: Search,
): readonly StraightEdge[] {
  const middle = (side - 1) / 2;
  const [begin, end] = [Math.round(limits.begin * cellsPerFace), Math.round(limits.end * cellsPerFace)];
  const missesMax = (1 - shareMin) * (end - begin + 1);
  const found: StraightEdge[] = [];
  for (let away = Math.round(limits.from * cellsPerFace); away < limits.to * cellsPerFace; away += 1)
    for (const slope of slopes) {
      const at = sign * away;
      let [up, down, sum, count] = [0, 0, 0, 0];
      for (let along = begin; along <= end; along += 1) {
        const aside = Math.round(middle + at + slope * along);
        if (aside < 1 || aside > side - 2) continue;
        const step = greyAt(middle + along, aside + 1) - greyAt(middle + along, aside - 1);
        count += 1;
        sum += step;
        if (step >= stepMin) up += 1;
        if (step <= -stepMin) down += 1;
        if (count - Math.max(up, down) > missesMax) break;
      }
      if (count > 0.9 * (end - begin) && Math.max(up, down) >= shareMin * count)
        found.push({ side: name, at, slope, step: sum / count });
    }
  return strongest(found);
}

/** One of each bundle of edges that lie on each other. */
function strongest(found: readonly StraightEdge[]): readonly StraightEdge[] {
  const kept: StraightEdge[] = [];
  for (const edge of found.toSorted((a, b) => Math.abs(b.step) - Math.abs(a.step))) {
    if (kept.length >= edgesPerSideMax) break;
    if (kept.every(({ at, step }) => Math.abs(at - edge.at) > 2 || step * edge.step < 0)) kept.push(edge);
  }
  return kept;
}

/** Samples along an edge, to find where exactly it is. */
const samplesAlong = 48;

/** Where an edge is looked for: from so many pixels aside of where it was expected to so many. */
interface EdgeSearch {
  readonly edge: StraightEdge;
  readonly from: number;
  readonly to: number;
}

/** Where exactly an edge is, in pixels aside of where it was expected, and its step; undefined where there is none. */
export function findEdge(
  luma: Plane,
  place: FacePlace,
  { edge, from, to }: EdgeSearch,
): { readonly aside: number; readonly step: number } | undefined {
  const first = Math.floor(from) - 2;
  const profile = profileOf(luma, place, { edge, from: first, to: Math.ceil(to) + 2 });
  const last = profile.length - 3;
  const stepAt = (pixel: number): number => {
    const behind = (profile[pixel + 1] ?? 0) + (profile[pixel + 2] ?? 0);
    return (Math.sign(edge.step) * (behind - (profile[pixel - 1] ?? 0) - (profile[pixel - 2] ?? 0))) / 2;
  };
  let best = 2;
  for (let pixel = 2; pixel <= last; pixel += 1) if (stepAt(pixel) > stepAt(best)) best = pixel;
  const step = stepAt(best);
  // From one cell before it to one behind it.
  const wide = Math.round(place.cellPx);
  const rise = (profile[Math.min(profile.length - 1, best + wide)] ?? 0) - (profile[Math.max(0, best - wide)] ?? 0);
  if (step < Math.max(stepMin, sharpMin * Math.abs(rise))) return undefined;
  // The top of a parabola through the three.
  const [before, after] = [best > 2 ? stepAt(best - 1) : 0, best < last ? stepAt(best + 1) : 0];
  const curve = before - 2 * step + after;
  return { aside: first + best + (curve < 0 ? (before - after) / (2 * curve) : 0), step };
}

/** The mean grey along an edge, for every pixel aside of it. */
function profileOf(luma: Plane, place: FacePlace, { edge, from, to }: EdgeSearch): Float32Array {
  const isUpright = edge.side === 'left' || edge.side === 'right';
  const { begin, end } = isUpright ? across : down;
  const profile = new Float32Array(to - from + 1);
  for (let sample = 0; sample < samplesAlong; sample += 1) {
    const along = (begin + ((sample + 0.5) / samplesAlong) * (end - begin)) * cellsPerFace;
    const alongPx = along * place.cellPx;
    for (let pixel = 0; pixel < profile.length; pixel += 1) {
      const asidePx = (edge.at + edge.slope * along) * place.cellPx + from + pixel;
      const grey = isUpright
        ? sampleAt(luma, place.x + asidePx, place.y + alongPx)
        : sampleAt(luma, place.x + alongPx, place.y + asidePx);
      profile[pixel] = (profile[pixel] ?? 0) + grey / samplesAlong;
    }
  }
  return profile;
}
