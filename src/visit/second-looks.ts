import { fromAfar, tileAround, tilesOf } from '../face/tiles.ts';
import type { Box } from '../system/pixels.ts';
import { changedIn, sampleLuma, type LumaPlane } from './motion.ts';
import type { VisitFrame } from './visit-frames.ts';

/** Frames that wait for a second look: a frame is 1.4 MB. The oldest gives way. */
const waitingMax = 4;
/** Frames of a visit that are looked at in all their parts. */
const scansMax = 4;

/** A part of a frame to be looked at. */
export interface SecondLook {
  readonly frame: VisitFrame;
  readonly part: Box;
}

interface Waiting {
  readonly frame: VisitFrame;
  readonly luma: LumaPlane;
  /** What is left of it; undefined while it has not been begun. */
  parts: Box[] | undefined;
}

/**
 * Frames in which the first look has found nobody: whoever is far away is found in a part of them. The parts in which the
 * most has changed come first; once a face is found, the others are looked at where it was.
 */
export class SecondLooks {
  readonly #letGo: (frame: VisitFrame) => void;
  #waiting: readonly Waiting[] = [];
  #oldest: { readonly sequence: number; readonly luma: LumaPlane } | undefined;
  #face: Box | undefined;
  #scans = 0;

  /** `letGo` is told of every frame that is done with. */
  constructor(letGo: (frame: VisitFrame) => void) {
    this.#letGo = letGo;
  }

  offer(frame: VisitFrame): void {
    const luma = sampleLuma(frame);
    const { sequence } = frame;
    if (this.#oldest === undefined || sequence < this.#oldest.sequence) this.#oldest = { sequence, luma };
    const waiting = [...this.#waiting, { frame, luma, parts: undefined }];
    this.#waiting = waiting.toSorted((a, b) => a.frame.sequence - b.frame.sequence);
    if (this.#waiting.length > waitingMax) this.#drop(0);
  }

  /** The next part, of the newest frame; undefined when nothing is left. */
  next(): SecondLook | undefined {
    for (;;) {
      const newest = this.#waiting.at(-1);
      if (newest === undefined) return undefined;
      newest.parts ??= this.#partsOf(newest);
      const part = newest.parts.shift();
      if (part !== undefined) return { frame: newest.frame, part };
      this.#drop(this.#waiting.length - 1);
    }
  }

  has(frame: VisitFrame): boolean {
    return this.#waiting.some((waiting) => waiting.frame === frame);
  }

  /** A face that can be recognised: a first look found it, or a second one, whose frame is done with then. */
  found(face: Box, { sequence }: VisitFrame): void {
    this.#face = face;
    for (const waiting of this.#waiting) if (waiting.frame.sequence === sequence) waiting.parts = [];
  }

  #partsOf({ frame, luma }: Waiting): Box[] {
    if (this.#face !== undefined) return [tileAround(frame, this.#face)];
    if (this.#scans >= scansMax) return [];
    this.#scans += 1;
    const before = this.#oldest?.luma ?? luma;
    const ranked = tilesOf(frame).map((part) => ({ part, changed: changedIn(before, luma, shareOf(part, frame)) }));
    ranked.sort((a, b) => b.changed - a.changed || offMiddle(a.part, frame) - offMiddle(b.part, frame));
    return [...ranked.map(({ part }) => part), fromAfar(frame)];
  }

  #drop(place: number): void {
    const dropped = this.#waiting[place];
    this.#waiting = this.#waiting.filter((waiting) => waiting !== dropped);
    if (dropped !== undefined) this.#letGo(dropped.frame);
  }
}

/** Left, top, right and bottom as shares of the frame. */
function shareOf({ x, y, width, height }: Box, frame: VisitFrame): readonly number[] {
  return [x / frame.width, y / frame.height, (x + width) / frame.width, (y + height) / frame.height];
}

function offMiddle({ x, y, width, height }: Box, frame: VisitFrame): number {
  return Math.hypot(x + width / 2 - frame.width / 2, y + height / 2 - frame.height / 2);
}
