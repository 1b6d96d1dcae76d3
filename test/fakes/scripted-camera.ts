import type { Camera, CameraEnd, FrameSink } from '../../src/system/camera.ts';
import type { Clock } from '../../src/system/clock.ts';
import { i420Bytes, type Pixels } from '../../src/system/pixels.ts';

/** A camera that shows the scene it is told to, at a steady pace, and fails as told. */
export class ScriptedCamera implements Camera {
  readonly description = 'scripted camera';
  readonly #clock: Clock;
  intervalMs: number;
  size = { width: 64, height: 36 };
  scene = 0;
  /** Shown instead of a scene, but for its first two pixels; of `size`. */
  picture: Pixels | undefined;
  /** Paints the next one. */
  paint: (() => Pixels) | undefined;
  /** `silent` opens and shows nothing; `deaf` does not even close. */
  mood: 'flowing' | 'silent' | 'deaf' | 'failing' | 'ending' = 'flowing';
  origin: Camera['origin'] = 'sensor';
  /** Shows the same picture again and again, as no sensor does. */
  isFrozen = false;
  /** How old a picture is when it comes. */
  lateMs = 0;
  #noise = 0;
  opened = 0;

  constructor(clock: Clock, intervalMs = 125) {
    this.#clock = clock;
    this.intervalMs = intervalMs;
  }

  async stream(sink: FrameSink, signal: AbortSignal): Promise<CameraEnd> {
    this.opened += 1;
    while (!signal.aborted) {
      if (this.mood === 'failing') return { outcome: 'failed', reason: 'cannot open the camera: no such device' };
      if (this.mood === 'deaf') return new Promise(() => {});
      if (this.mood !== 'silent') this.#show(sink);
      if (this.mood === 'ending') return { outcome: 'ended' };
      await this.#clock.sleep(this.intervalMs, signal);
    }
    return { outcome: 'ended' };
  }

  #show(sink: FrameSink): void {
    const pixels = sink.takeBuffer(i420Bytes(this.size.width, this.size.height));
    if (!this.isFrozen) this.#noise = (this.#noise + 1) % 256;
    const shown = new Uint8Array(pixels).fill(0);
    const picture = this.paint?.() ?? this.picture;
    if (picture !== undefined) shown.set(new Uint8Array(picture.pixels));
    shown.set([this.scene, this.#noise]);
    sink.deliver({ ...this.size, pixels, capturedMs: this.#clock.uptimeMs() - this.lateMs });
  }
}
