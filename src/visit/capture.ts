import type { Camera, CameraEnd, Frame } from '../system/camera.ts';
import type { Clock } from '../system/clock.ts';
import type { Events } from '../system/event.ts';
import type { Log } from '../system/log.ts';
import { i420Bytes } from '../system/pixels.ts';
import type { Random } from '../system/random.ts';
import { within } from '../system/deadline.ts';
import { wordsOf } from '../system/error-words.ts';
import { nowMsMax, troubleOf, type CameraStatus } from './camera-status.ts';
import { FramePool } from './frame-pool.ts';
import { Patience, restartDelayMs } from './patience.ts';
import { SamePicture } from './same-picture.ts';

/** A camera that was stopped may take this long to close; then it is left behind. */
const closeMsMax = 2000;
/** Only a camera that delivered for this long is trusted again: one frame must not reset the back-off. */
const steadyMs = 10_000;
/** Frames that visits may hold beyond those of the ring buffer; more are dropped. */
const heldBeyondRingMax = 48;
/** One event stands for this many frames: 8 a second would drown the others. */
const framesPerEvent = 100;

export interface CameraFeedParts {
  readonly camera: Camera;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: Events;
  readonly log: Log;
  readonly settings: { readonly ringFrames: number; readonly ringBytesMax: number; readonly stallMs: number };
}

type FeedState =
  | { readonly state: 'starting' | 'flowing' }
  | { readonly state: 'stalled' | 'failed'; readonly reason: string };

/** One opening of the camera. A closed attempt that still delivers is not listened to. */
interface Attempt {
  readonly startedMs: number;
  isOpen: boolean;
  firstFrameMs: number | undefined;
  lastFrameMs: number;
}

type AttemptEnd = CameraEnd | { readonly outcome: 'stalled'; readonly reason: string };

/** Keeps a camera running, whatever it does, and the seconds before now in a ring buffer. */
export class CameraFeed {
  readonly #parts: CameraFeedParts;
  readonly #pool = new FramePool();
  readonly #listeners = new Set<(frame: Frame) => void>();
  readonly #ring: Frame[] = [];
  readonly #patience: Patience;
  readonly #samePicture: SamePicture;
  /** The newest picture that was new; it outlives the ring buffer, because a camera may be frozen before a restart and after. */
  #newest: Frame | undefined;
  #state: FeedState = { state: 'starting' };
  #framesTotal = 0;
  #framesDropped = 0;
  #restarts = 0;
  #gapMsMax = 0;
  #startMs: number | undefined;
  #lastFrameMs: number | undefined;

  constructor(parts: CameraFeedParts) {
    this.#parts = parts;
    this.#patience = new Patience(parts.settings.stallMs);
    this.#samePicture = new SamePicture(parts.camera.origin);
  }

  /** Until the signal: opens the camera, watches it, opens it again. Never gives up, never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    let failuresInRow = 0;
    while (!signal.aborted) {
      const { end, flowedMs } = await this.#streamOnce(signal);
      if (signal.aborted) break;
      const isRepeat = end.outcome === 'ended'; // A file played to its end.
      failuresInRow = isRepeat || flowedMs >= steadyMs ? 0 : failuresInRow + 1;
      this.#patience.noteEnd(end.outcome === 'stalled', flowedMs);
      this.#restarts += 1;
      this.#report(end);
      await this.#parts.clock.sleep(restartDelayMs(failuresInRow, this.#parts.random), signal);
    }
    this.#dropRing();
    this.#keepNewest(undefined);
  }

  /** What the camera sees now. Retain it before awaiting anything. */
  latest(): Frame | undefined {
    const isNow = this.#lastFrameMs !== undefined && this.#parts.clock.uptimeMs() - this.#lastFrameMs <= nowMsMax;
    return isNow ? this.#ring.at(-1) : undefined;
  }

  /** The ring buffer, oldest first. Every frame is retained for the caller, who releases it. */
  recent(): readonly Frame[] {
    for (const frame of this.#ring) this.#pool.retain(frame);
    return [...this.#ring];
  }

  /** Resolves right after a frame, or after so long a wait for one: who stops the camera then leaves the shortest gap. */
  async afterFrame(waitMsMax: number): Promise<void> {
    const arrived = Promise.withResolvers<void>();
    const unsubscribe = this.subscribe(() => arrived.resolve());
    await within(this.#parts.clock, waitMsMax, arrived.promise);
    unsubscribe();
  }

  /** Calls back with every new frame, which is not retained. Returns the way to stop. */
  subscribe(listener: (frame: Frame) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  retain(frame: Frame): void {
    this.#pool.retain(frame);
  }

  letGo(frame: Frame): void {
    this.#pool.letGo(frame);
  }

  /** Frames somebody holds, the ring buffer's included. */
  get framesHeld(): number {
    return this.#pool.held;
  }

  status(): CameraStatus {
    const { camera, clock } = this.#parts;
    const { repeatedMs } = this.#samePicture;
    const lastFrameMs = this.#lastFrameMs;
    const hasFailed = this.#state.state === 'stalled' || this.#state.state === 'failed';
    const trouble = hasFailed ? undefined : troubleOf(camera.origin, { repeatedMs, lastFrameMs }, clock.uptimeMs());
    return {
      ...this.#state,
      ...(trouble === undefined ? {} : { reason: trouble }),
      framesTotal: this.#framesTotal,
      framesDropped: this.#framesDropped,
      restarts: this.#restarts,
      gapMsMax: this.#gapMsMax,
      startMs: this.#startMs,
      lastFrameMs,
      repeatedMs,
    };
  }

  async #streamOnce(signal: AbortSignal): Promise<{ end: AttemptEnd; flowedMs: number }> {
    const { clock } = this.#parts;
    const stop = new AbortController();
    const stopNow = (): void => stop.abort();
    signal.addEventListener('abort', stopNow, { once: true });
    const nowMs = clock.uptimeMs();
    const attempt: Attempt = { startedMs: nowMs, isOpen: true, firstFrameMs: undefined, lastFrameMs: nowMs };
    const streaming = this.#stream(attempt, stop.signal);
    const end = await Promise.race([streaming, this.#untilStall(attempt, stop.signal)]);
    stop.abort();
    attempt.isOpen = false;
    signal.removeEventListener('abort', stopNow);
    const closed = await within(clock, closeMsMax, streaming);
    if (closed.outcome === 'late')
      this.#parts.log.warn('the camera does not close and is left behind', { waitedMs: closeMsMax });
    const { firstFrameMs, lastFrameMs } = attempt;
    if (firstFrameMs !== undefined) return { end, flowedMs: lastFrameMs - firstFrameMs };
    const isEmpty = end.outcome === 'ended';
    return { end: isEmpty ? { outcome: 'failed', reason: 'it ended without a picture' } : end, flowedMs: 0 };
  }

  async #stream(attempt: Attempt, signal: AbortSignal): Promise<CameraEnd> {
    const sink = {
      takeBuffer: (bytes: number): SharedArrayBuffer => this.#pool.lend(bytes),
      deliver: (frame: Omit<Frame, 'sequence'>): void => this.#deliver(frame, attempt),
    };
    try {
      return await this.#parts.camera.stream(sink, signal);
    } catch (error) {
      return { outcome: 'failed', reason: wordsOf(error) };
    }
  }

  /** Resolves when frames stay away for too long, or never before the signal. */
  async #untilStall(attempt: Attempt, signal: AbortSignal): Promise<AttemptEnd> {
    const { camera, clock, settings } = this.#parts;
    while (!signal.aborted) {
      const allowedMs =
        camera.origin === 'sender' ? Infinity : this.#patience.allowedMs(attempt.firstFrameMs !== undefined);
      const silentMs = clock.uptimeMs() - attempt.lastFrameMs;
      if (silentMs >= allowedMs) return { outcome: 'stalled', reason: `no picture for ${Math.round(silentMs)} ms` };
      await clock.sleep(Math.min(allowedMs - silentMs, settings.stallMs), signal); // Every frame may shorten the patience.
    }
    return { outcome: 'ended' };
  }

  #deliver(given: Omit<Frame, 'sequence'>, attempt: Attempt): void {
    const { clock, settings } = this.#parts;
    const isWhole = isPicture(given);
    if (!attempt.isOpen || !isWhole || this.#pool.held >= settings.ringFrames + heldBeyondRingMax) {
      this.#pool.reclaim(given.pixels);
      if (attempt.isOpen) this.#countDrop(isWhole ? 'nobody has time for it' : 'its size is wrong');
      return;
    }
    const nowMs = clock.uptimeMs();
    const isOld = this.#samePicture.isOld(this.#newest, given, nowMs);
    const { width, height, pixels, capturedMs } = given;
    const frame: Frame = {
      width, height, pixels, sequence: this.#framesTotal, capturedMs, ...(isOld ? { isRepeat: true } : {}),
    }; // prettier-ignore
    this.#pool.adopt(frame);
    this.#noteFlow(attempt, nowMs);
    this.#framesTotal += 1;
    if (!isOld) {
      this.#keepNewest(frame);
      this.#pool.retain(frame);
      this.#ring.push(frame);
      this.#trimRing();
    }
    this.#listeners.forEach((listener) => listener(frame));
    this.#pool.letGo(frame);
  }

  #keepNewest(frame: Frame | undefined): void {
    if (frame !== undefined) this.#pool.retain(frame);
    if (this.#newest !== undefined) this.#pool.letGo(this.#newest);
    this.#newest = frame;
  }

  #noteFlow(attempt: Attempt, nowMs: number): void {
    const { events } = this.#parts;
    if (this.#lastFrameMs !== undefined) this.#gapMsMax = Math.max(this.#gapMsMax, nowMs - this.#lastFrameMs);
    this.#lastFrameMs = nowMs;
    if (attempt.firstFrameMs !== undefined) this.#patience.noteTurn(nowMs - attempt.lastFrameMs);
    attempt.lastFrameMs = nowMs;
    if (attempt.firstFrameMs === undefined) {
      attempt.firstFrameMs = nowMs;
      this.#patience.noteOpened(nowMs - attempt.startedMs);
      this.#state = { state: 'flowing' };
      const durationMs = nowMs - attempt.startedMs;
      this.#startMs = durationMs;
      events.emit({ type: 'COMPONENT_STARTED', status: 'success', component: 'capture', data: { durationMs } });
    }
    if (this.#framesTotal % framesPerEvent === 0) {
      const data = { framesTotal: this.#framesTotal };
      events.emit({ type: 'FRAME_CAPTURED', status: 'success', component: 'capture', data });
    }
  }

  #countDrop(reason: string): void {
    if (this.#framesDropped % framesPerEvent === 0) {
      const data = { reason, framesDropped: this.#framesDropped + 1 };
      this.#parts.events.emit({ type: 'FRAME_DROPPED', status: 'failure', component: 'capture', data });
    }
    this.#framesDropped += 1;
  }

  #trimRing(): void {
    const { ringFrames, ringBytesMax } = this.#parts.settings;
    let bytes = this.#ring.reduce((sum, frame) => sum + frame.pixels.byteLength, 0);
    while (this.#ring.length > 1 && (this.#ring.length > ringFrames || bytes > ringBytesMax)) {
      const oldest = this.#ring.shift();
      if (oldest === undefined) return;
      bytes -= oldest.pixels.byteLength;
      this.#pool.letGo(oldest);
    }
  }

  #dropRing(): void {
    for (const frame of this.#ring.splice(0)) this.#pool.letGo(frame);
  }

  #report(end: AttemptEnd): void {
    const { camera, events, log } = this.#parts;
    if (end.outcome === 'ended') {
      log.debug('the camera ended and is opened again', { camera: camera.description });
      return;
    }
    // What it showed before the stall must not be taken for what is at the door now.
    this.#dropRing();
    this.#state = { state: end.outcome, reason: end.reason };
    const data = { errorType: end.outcome, severity: 'high', reason: end.reason, restarts: this.#restarts } as const;
    events.emit({ type: 'COMPONENT_ERROR', status: 'failure', component: 'capture', data });
    log.warn('the camera gives no pictures and is opened again', { camera: camera.description, reason: end.reason });
  }
}

function isPicture(frame: Omit<Frame, 'sequence'>): boolean {
  const { width, height, pixels } = frame;
  const isEven = width > 0 && height > 0 && width % 2 === 0 && height % 2 === 0;
  return isEven && pixels.byteLength >= i420Bytes(width, height);
}
