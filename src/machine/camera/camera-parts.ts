import { drawOn } from '../../face/letterbox.ts';
import { planesOf } from '../../face/i420.ts';
import type { FrameSink } from '../../system/camera.ts';
import type { Clock } from '../../system/clock.ts';
import type { Pictures } from '../../system/inference.ts';
import { i420Bytes, type Pixels } from '../../system/pixels.ts';

/** What the cameras have in common. */
export interface CameraParts {
  readonly clock: Clock;
  readonly pictures: Pictures;
  /** The largest frame, in pixels, both even. */
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** Told about a picture that cannot be shown; the camera goes on without it. */
  readonly complain: (message: string) => void;
}

/** A steady beat: one turn for each frame. A turn that comes too late is left out instead of being made up for. */
export class Pace {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  #dueMs: number;

  constructor({ clock, framesPerSecond }: Pick<CameraParts, 'clock' | 'framesPerSecond'>) {
    this.#clock = clock;
    this.#intervalMs = 1000 / framesPerSecond;
    this.#dueMs = clock.uptimeMs();
  }

  /** Resolves with true at the next beat, or with false when the signal is aborted. */
  async next(signal: AbortSignal): Promise<boolean> {
    const nowMs = this.#clock.uptimeMs();
    if (this.#dueMs < nowMs - this.#intervalMs) this.#dueMs = nowMs;
    // Even when late: the rest of the process, the abort included, must get its turn.
    await this.#clock.sleep(Math.max(1, this.#dueMs - nowMs), signal);
    this.#dueMs += this.#intervalMs;
    return !signal.aborted;
  }
}

/** The picture itself, or a smaller copy when it is larger than a frame may be. Never stretched. */
export function fitWithin(picture: Pixels, { width, height }: Pick<CameraParts, 'width' | 'height'>): Pixels {
  const scale = Math.min(1, width / picture.width, height / picture.height);
  return scale === 1 ? picture : scaled(picture, scale);
}

/** A copy of the picture at another size, at least 2x2. */
export function scaled(picture: Pixels, scale: number): Pixels {
  const { width, height } = sizeAt(picture, scale);
  return scaledInto(new SharedArrayBuffer(i420Bytes(width, height)), picture, scale);
}

/** The same, drawn into a buffer that is large enough. */
export function scaledInto(pixels: SharedArrayBuffer, picture: Pixels, scale: number): Pixels {
  const { width, height } = sizeAt(picture, scale);
  return stretchedInto(pixels, picture, { width, height });
}

/** The picture stretched to a size of even numbers, drawn into a buffer that is large enough. */
export function stretchedInto(
  pixels: SharedArrayBuffer,
  picture: Pixels,
  { width, height }: Pick<CameraParts, 'width' | 'height'>,
): Pixels {
  const copy: Pixels = { width, height, pixels };
  drawOn({ width, height, ...planesOf(copy) }, picture, { place: { left: 0, top: 0, width, height } });
  return copy;
}

function sizeAt(picture: Pixels, scale: number): { width: number; height: number } {
  const even = (length: number): number => Math.max(2, 2 * Math.round((length * scale) / 2));
  return { width: even(picture.width), height: even(picture.height) };
}

/** A copy of the picture in a buffer of the sink. */
export function copyInto(sink: FrameSink, { width, height, pixels }: Pixels): Pixels {
  const bytes = i420Bytes(width, height);
  const copy = sink.takeBuffer(bytes);
  new Uint8Array(copy, 0, bytes).set(new Uint8Array(pixels, 0, bytes));
  return { width, height, pixels: copy };
}
