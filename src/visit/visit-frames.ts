import type { Frame } from '../system/camera.ts';
import type { Clock } from '../system/clock.ts';
import type { Pixels } from '../system/pixels.ts';
import { framesBeforeMs } from './visit-state.ts';
import type { VisitUnderWay } from './visit-under-way.ts';

/** A frame of a visit: from the camera, or decoded from what a visit had saved. */
export interface VisitFrame extends Pixels {
  readonly sequence: number;
}

/** The frames of one visit. Whoever takes one may keep it until `close`, or let it go sooner. */
export interface FrameSource {
  /** The newest frame not taken yet, when there is one. */
  takeWaiting(): VisitFrame | undefined;
  /** The newest frame not taken yet; waits for one while the visit looks; undefined when none will come. */
  takeNewest(): Promise<VisitFrame | undefined>;
  /** Frames nearest to this one in time, which is not among them: as many as are at hand, up to `count`. */
  around(frame: VisitFrame, count: number): readonly VisitFrame[];
  letGo(frame: VisitFrame): void;
  close(): void;
  /** Pictures that came after the trigger and are not of this visit: taken long before it, or shown before. */
  readonly oldFrames?: number;
}

/** What a visit needs of the camera. */
export interface FeedOfFrames {
  recent(): readonly Frame[];
  subscribe(listener: (frame: Frame) => void): () => void;
  retain(frame: Frame): void;
  letGo(frame: Frame): void;
  /** Why there are no pictures, when there are none. */
  status(): { readonly reason?: string };
}

/** The frames from before the trigger and the burst after it, newest first. */
export class VisitFrames implements FrameSource {
  readonly #feed: FeedOfFrames;
  readonly #clock: Clock;
  readonly #visit: VisitUnderWay;
  readonly #unsubscribe: () => void;
  readonly #held = new Set<Frame>();
  #untaken: Frame[] = [];
  /** As many as there were before the trigger; all of a burst. */
  readonly #untakenMax: number;
  #wake = new AbortController();
  #oldFrames = 0;

  constructor(feed: FeedOfFrames, clock: Clock, visit: VisitUnderWay) {
    this.#feed = feed;
    this.#clock = clock;
    this.#visit = visit;
    for (const frame of feed.recent()) {
      if (this.#isOfVisit(frame)) this.#keep(frame);
      else feed.letGo(frame);
    }
    this.#untakenMax = Math.max(this.#untaken.length, visit.state.phase === 'looking' ? visit.state.burstWanted : 0);
    this.#unsubscribe = feed.subscribe((frame) => this.#arrive(frame));
  }

  takeWaiting(): Frame | undefined {
    return this.#visit.state.phase === 'looking' ? this.#untaken.pop() : undefined;
  }

  async takeNewest(): Promise<Frame | undefined> {
    for (;;) {
      const { state } = this.#visit;
      if (state.phase !== 'looking') return undefined;
      const newest = this.takeWaiting();
      if (newest !== undefined) return newest;
      const leftMs = state.endsMs - this.#clock.uptimeMs();
      if (state.burstTaken >= state.burstWanted || leftMs <= 0) return undefined;
      this.#wake = new AbortController();
      await this.#clock.sleep(leftMs, this.#wake.signal);
    }
  }

  around(frame: VisitFrame, count: number): readonly VisitFrame[] {
    return nearest([...this.#held], frame, count);
  }

  letGo(frame: VisitFrame): void {
    for (const held of this.#held) {
      if (held !== frame) continue;
      this.#held.delete(held);
      this.#feed.letGo(held);
      return;
    }
  }

  close(): void {
    this.#unsubscribe();
    this.#untaken = [];
    for (const frame of this.#held) this.#feed.letGo(frame);
    this.#held.clear();
    this.#wake.abort();
  }

  get oldFrames(): number {
    return this.#oldFrames;
  }

  /** A picture that comes now may be of long ago: kept back on its way, or shown again and again. */
  #isOfVisit(frame: Frame): boolean {
    return frame.isRepeat !== true && this.#visit.start.triggeredMs - frame.capturedMs <= framesBeforeMs;
  }

  #arrive(frame: Frame): void {
    const { state } = this.#visit;
    if (state.phase !== 'looking' || state.burstTaken >= state.burstWanted) return;
    if (!this.#isOfVisit(frame)) {
      this.#oldFrames += 1;
      return;
    }
    this.#feed.retain(frame);
    this.#keep(frame);
    this.#makeRoom();
    this.#visit.advance({ kind: 'burst-frame' });
    this.#wake.abort();
  }

  #keep(frame: Frame): void {
    this.#held.add(frame);
    this.#untaken.push(frame);
  }

  /** Where looks take longer than frames, those of the burst take the places of the oldest: a frame is 1.4 MB. */
  #makeRoom(): void {
    const oldest = this.#untaken.length > this.#untakenMax ? this.#untaken.shift() : undefined;
    if (oldest !== undefined) this.letGo(oldest);
  }
}

/** Those of the frames that are nearest to one of them in time. */
export function nearest(frames: readonly VisitFrame[], { sequence }: VisitFrame, count: number): readonly VisitFrame[] {
  const away = (other: VisitFrame): number => Math.abs(other.sequence - sequence);
  return frames
    .filter((other) => away(other) > 0)
    .toSorted((a, b) => away(a) - away(b))
    .slice(0, count);
}
