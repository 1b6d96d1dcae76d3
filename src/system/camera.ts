import type { Pixels } from './pixels.ts';

/** One picture of the camera. */
export interface Frame extends Pixels {
  /** Counts from 0 over the life of the process, restarts of the camera included. */
  readonly sequence: number;
  /** `clock.uptimeMs()` at the moment of exposure, or as near as the camera tells. */
  readonly capturedMs: number;
  /** This very picture was shown before: it says nothing about now, and no visit looks at it. */
  readonly isRepeat?: true;
}

/** Where a camera puts its pictures. Buffers are lent by the sink, so that frames do not pile up as garbage. */
export interface FrameSink {
  takeBuffer(bytes: number): SharedArrayBuffer;
  deliver(frame: Omit<Frame, 'sequence'>): void;
}

export interface Camera {
  /** For people: "folder /home/ada/pictures", "camera rtsp://door.local/1" (without the password). */
  readonly description: string;
  /**
   * Where its pictures come from. `sensor`: what is in front of it now, and two are never the same to the pixel. `sender`:
   * whoever sends one, so that silence is no fault. Left out: drawn, or read from files.
   */
  readonly origin?: 'sensor' | 'sender' | undefined;
  /**
   * Opens the camera and delivers frames until the signal is aborted or the source ends or fails.
   * Stalls are the caller's to notice (visit/capture.ts): it aborts and calls again.
   */
  stream(sink: FrameSink, signal: AbortSignal): Promise<CameraEnd>;
}

export type CameraEnd = { readonly outcome: 'ended' } | { readonly outcome: 'failed'; readonly reason: string };
