import type { CameraFeed } from '../visit/capture.ts';
import type { Frame } from '../system/camera.ts';
import type { Clock } from '../system/clock.ts';
import type { Pictures } from '../system/inference.ts';
import type { Log } from '../system/log.ts';

/** The three qualities of the contract: upper bounds of size and frames per second. */
const liveQualities = {
  low: { width: 320, height: 240, framesPerSecond: 10, jpegQuality: 60 },
  medium: { width: 640, height: 480, framesPerSecond: 15, jpegQuality: 70 },
  high: { width: 1280, height: 720, framesPerSecond: 20, jpegQuality: 80 },
} as const;
export type LiveQuality = keyof typeof liveQualities;

const boundary = 'doorward-frame';
/** What a viewer's connection is opened with. */
export const liveContentType = `multipart/x-mixed-replace; boundary=${boundary}`;
const partHead = `--${boundary}\r\nContent-Type: image/jpeg\r\n\r\n`;
const viewersMax = 8;
const viewerStallMsMax = 30_000;
/** A camera's clock trembles; without it every second frame of a 10 fps camera would miss a 10 fps stream. */
const frameJitterMs = 8;

/** The connection of somebody who watches. `writableNeedDrain` says that it cannot keep up. */
export interface Viewer {
  readonly writableNeedDrain: boolean;
  write(chunk: Uint8Array | string): boolean;
  end(): unknown;
  destroy(): unknown;
}

interface LiveParts {
  readonly camera: Pick<CameraFeed, 'latest' | 'subscribe' | 'retain' | 'letGo'>;
  readonly pictures: Pick<Pictures, 'encode'>;
  readonly clock: Pick<Clock, 'uptimeMs'>;
  readonly log: Log;
}

/** The live picture: one encoder for each quality that somebody watches, and none when nobody does. */
export class LiveView {
  readonly #parts: LiveParts;
  readonly #streams = new Map<LiveQuality, LiveStream>();

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  get viewers(): number {
    return [...this.#streams.values()].reduce((sum, stream) => sum + stream.viewers, 0);
  }

  get isFull(): boolean {
    return this.viewers >= viewersMax;
  }

  /** Starts to send pictures; call what it returns when the viewer has gone. */
  join(quality: LiveQuality, viewer: Viewer): () => void {
    let stream = this.#streams.get(quality);
    if (stream === undefined) {
      stream = new LiveStream(quality, this.#parts);
      this.#streams.set(quality, stream);
    }
    return stream.join(viewer);
  }

  /** Ends every stream, so that the server can close. */
  close(): void {
    for (const stream of this.#streams.values()) stream.close();
  }
}

class LiveStream {
  readonly #parts: LiveParts;
  readonly #bounds: (typeof liveQualities)[LiveQuality];
  /** Each viewer with the moment since when it could not take a picture. */
  readonly #viewers = new Map<Viewer, { stalledSinceMs: number | undefined }>();
  #leaveCamera: (() => void) | undefined;
  #isEncoding = false;
  #lastFrameMs = -Infinity;
  #lastPart: Uint8Array | undefined;

  constructor(quality: LiveQuality, parts: LiveParts) {
    this.#parts = parts;
    this.#bounds = liveQualities[quality];
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  join(viewer: Viewer): () => void {
    this.#viewers.set(viewer, { stalledSinceMs: undefined });
    viewer.write(partHead);
    if (this.#lastPart !== undefined) viewer.write(this.#lastPart);
    if (this.#leaveCamera === undefined) {
      const latest = this.#parts.camera.latest();
      this.#leaveCamera = this.#parts.camera.subscribe((frame) => this.#offer(frame));
      if (latest !== undefined) this.#offer(latest);
    }
    return () => this.#leave(viewer);
  }

  close(): void {
    for (const viewer of this.#viewers.keys()) {
      this.#leave(viewer);
      viewer.end();
    }
  }

  #leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    this.#leaveCamera?.();
    this.#leaveCamera = undefined;
    this.#lastPart = undefined;
    this.#lastFrameMs = -Infinity;
  }

  /** Frames that come while one is encoded are dropped: what is shown is always the newest we can afford. */
  #offer(frame: Frame): void {
    const intervalMs = 1000 / this.#bounds.framesPerSecond - frameJitterMs;
    if (this.#isEncoding || frame.capturedMs - this.#lastFrameMs < intervalMs) return;
    this.#isEncoding = true;
    this.#lastFrameMs = frame.capturedMs;
    this.#parts.camera.retain(frame);
    void this.#encode(frame);
  }

  async #encode(frame: Frame): Promise<void> {
    const { camera, pictures, log } = this.#parts;
    const { width, height, jpegQuality } = this.#bounds;
    const widthMax = Math.max(1, Math.floor(Math.min(width, (height * frame.width) / frame.height)));
    try {
      const jpeg = await pictures.encode(frame, { widthMax, quality: jpegQuality });
      if (this.#viewers.size > 0) this.#send(partOf(jpeg));
    } catch (error) {
      log.warn('live picture ended: the encoder failed', { error });
      this.close();
    } finally {
      camera.letGo(frame);
      this.#isEncoding = false;
    }
  }

  #send(part: Uint8Array): void {
    this.#lastPart = part;
    const nowMs = this.#parts.clock.uptimeMs();
    for (const [viewer, patience] of this.#viewers) {
      if (!viewer.writableNeedDrain) {
        patience.stalledSinceMs = undefined;
        viewer.write(part);
        continue;
      }
      patience.stalledSinceMs ??= nowMs;
      if (nowMs - patience.stalledSinceMs < viewerStallMsMax) continue;
      this.#leave(viewer);
      viewer.destroy(); // Whoever takes nothing would not take the end either, and keep the connection.
    }
  }
}

/**
 * The head of the next part follows the picture at once: browsers show a part only when they have seen where it ends
 * and the next begins, and would otherwise always be one picture late. So a part cannot tell its length.
 */
function partOf(jpeg: Uint8Array): Uint8Array {
  return Buffer.concat([jpeg, Buffer.from(`\r\n${partHead}`)]);
}
