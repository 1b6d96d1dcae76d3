import type { Camera } from '../system/camera.ts';
import { i420Bytes, type Pixels } from '../system/pixels.ts';

/**
 * How long one picture may come again before it counts as old. A sensor never gives the same twice: its noise differs.
 * A sender may repeat what it has for a while. What is drawn, or lies in files, comes again by nature.
 */
const sameMsMax = { sensor: 0, sender: 60_000 } as const;

/**
 * Watches for a camera that has frozen, and shows one picture for ever as if it were now.
 * Chosen: pixel for pixel against the picture before; rejected: likeness, a list of all pictures seen; why: likeness takes
 * an empty door for frozen, and a list takes a film for it; the comparison ends at the first difference, within microseconds.
 */
export class SamePicture {
  readonly #sameMsMax: number;
  #sinceMs: number | undefined;
  #repeatedMs = 0;

  constructor(origin: Camera['origin']) {
    this.#sameMsMax = origin === undefined ? Number.POSITIVE_INFINITY : sameMsMax[origin];
  }

  /** True when the camera has shown this picture before, and it says nothing about now. */
  isOld(before: Pixels | undefined, now: Pixels, atMs: number): boolean {
    const isSame = this.#sameMsMax !== Number.POSITIVE_INFINITY && before !== undefined && areSame(before, now);
    if (!isSame || this.#sinceMs === undefined) this.#sinceMs = atMs;
    const sameMs = atMs - this.#sinceMs;
    this.#repeatedMs = isSame && sameMs >= this.#sameMsMax ? sameMs : 0;
    return isSame && sameMs >= this.#sameMsMax;
  }

  /** For how long one picture has been repeated; 0 when the newest was new. */
  get repeatedMs(): number {
    return this.#repeatedMs;
  }
}

function areSame(one: Pixels, other: Pixels): boolean {
  if (one.width !== other.width || one.height !== other.height) return false;
  const bytes = i420Bytes(one.width, one.height);
  return Buffer.from(one.pixels, 0, bytes).equals(Buffer.from(other.pixels, 0, bytes));
}
