import type { Pixels } from '../system/pixels.ts';

/** The low-resolution plane that motion is looked for in. */
const columns = 80;
const rows = 45;
/**
 * When this share of the zone changes in one direction, the light changed. An even change is taken out of the
 * comparison; one that leaves this share different all the same lit bright things more than dark ones.
 */
const lightShare = 0.6;
const lightSameSignShare = 0.9;
const lightUnevenShare = 0.25;
/** Change of brightness, of 255, that no noise of a camera makes. */
const clearChange = 18;
/** Motion has begun after this many changed pictures in a row, and ended after this long without. */
const changedPicturesMin = 2;
const stillMs = 2000;
/** While moving, half the area is enough: a visitor who stands still is not a second visitor. */
const stillShareOfArea = 0.5;

export interface MotionSettings {
  /** Left, top, right and bottom as shares of the picture. */
  readonly zone: readonly number[];
  /** Change of brightness that counts, 1 to 255. */
  readonly threshold: number;
  /** Share of the zone that must change, in percent. */
  readonly areaPercent: number;
}

/** The brightness of a picture at 80x45 points. */
export type LumaPlane = Uint8Array;

/** Takes every point as the mean of four pixels of the Y plane, without scaling the picture. */
export function sampleLuma(picture: Pixels): LumaPlane {
  const { width, height } = picture;
  const luma = new Uint8Array(picture.pixels, 0, width * height);
  const plane = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row += 1) {
    const y = Math.min(height - 2, Math.floor(((row + 0.5) * height) / rows));
    for (let column = 0; column < columns; column += 1) {
      const at = y * width + Math.min(width - 2, Math.floor(((column + 0.5) * width) / columns));
      const sum = (luma[at] ?? 0) + (luma[at + 1] ?? 0) + (luma[at + width] ?? 0) + (luma[at + width + 1] ?? 0);
      plane[row * columns + column] = sum >> 2;
    }
  }
  return plane;
}

/** Points that differ clearly between two planes in a part of them: left, top, right and bottom as shares. */
export function changedIn(before: LumaPlane, now: LumaPlane, part: readonly number[]): number {
  return deltasIn(before, now, part).filter((delta) => Math.abs(delta) >= clearChange).length;
}

export interface LumaChange {
  /** Share of the zone that changed, 0 to 1. */
  readonly share: number;
  /** The light changed so unevenly that nothing can be said of the scene. */
  readonly isLight: boolean;
}

/** Compares two planes inside the zone; a change of the whole zone's brightness is taken out first. */
export function compareLuma(before: LumaPlane, now: LumaPlane, settings: MotionSettings): LumaChange {
  const deltas = deltasIn(before, now, settings.zone);
  if (deltas.length === 0) return { share: 0, isLight: false };
  const changed = deltas.filter((delta) => Math.abs(delta) >= settings.threshold);
  const brighter = changed.filter((delta) => delta > 0).length;
  const sameSign = Math.max(brighter, changed.length - brighter) / Math.max(1, changed.length);
  const shift = medianOf(deltas);
  const moved = deltas.filter((delta) => Math.abs(delta - shift) >= settings.threshold).length;
  const isBrightness = changed.length / deltas.length >= lightShare && sameSign >= lightSameSignShare;
  if (isBrightness && moved / deltas.length >= lightUnevenShare) return { share: 0, isLight: true };
  return { share: moved / deltas.length, isLight: false };
}

function deltasIn(before: LumaPlane, now: LumaPlane, part: readonly number[]): readonly number[] {
  const [left = 0, top = 0, right = 1, bottom = 1] = part;
  const deltas: number[] = [];
  for (let row = Math.floor(top * rows); row < Math.ceil(bottom * rows); row += 1) {
    for (let column = Math.floor(left * columns); column < Math.ceil(right * columns); column += 1) {
      const at = row * columns + column;
      deltas.push((now[at] ?? 0) - (before[at] ?? 0));
    }
  }
  return deltas;
}

function medianOf(deltas: readonly number[]): number {
  const sorted = Int16Array.from(deltas).toSorted();
  return sorted[sorted.length >> 1] ?? 0;
}

/** Whether something moves, with hysteresis in area and in time. */
export type MotionState =
  | { readonly phase: 'still'; readonly changedPictures: number }
  | { readonly phase: 'moving'; readonly sinceMs: number; readonly lastMovedMs: number };

export type MotionEffect = { readonly kind: 'started' } | { readonly kind: 'ended'; readonly durationMs: number };

export const stillScene: MotionState = { phase: 'still', changedPictures: 0 };

/** One more comparison. */
export function advanceMotion(
  state: MotionState,
  seen: { readonly change: LumaChange; readonly atMs: number },
  settings: MotionSettings,
): { readonly state: MotionState; readonly effect: MotionEffect | undefined } {
  const area = settings.areaPercent / 100;
  const { change, atMs } = seen;
  switch (state.phase) {
    case 'still': {
      if (change.isLight || change.share < area) return { state: stillScene, effect: undefined };
      const changedPictures = state.changedPictures + 1;
      if (changedPictures < changedPicturesMin)
        return { state: { phase: 'still', changedPictures }, effect: undefined };
      return { state: { phase: 'moving', sinceMs: atMs, lastMovedMs: atMs }, effect: { kind: 'started' } };
    }
    case 'moving':
      if (!change.isLight && change.share >= area * stillShareOfArea)
        return { state: { ...state, lastMovedMs: atMs }, effect: undefined };
      if (atMs - state.lastMovedMs < stillMs) return { state, effect: undefined };
      return { state: stillScene, effect: { kind: 'ended', durationMs: state.lastMovedMs - state.sinceMs } };
  }
}
