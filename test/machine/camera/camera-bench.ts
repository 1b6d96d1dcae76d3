import { setImmediate } from 'node:timers/promises';
import sharp from 'sharp';
import type { CameraParts } from '../../../src/machine/camera/camera-parts.ts';
import { sharpPictures } from '../../../src/machine/picture/picture-coder.ts';
import type { Camera, CameraEnd, Frame } from '../../../src/system/camera.ts';
import type { Clock } from '../../../src/system/clock.ts';

export type SeenFrame = Omit<Frame, 'sequence'>;

/** A clock on which waiting takes no time: a minute of a camera is over in milliseconds, and always the same. */
export function steppingClock(): Clock {
  let nowMs = 1000;
  return {
    uptimeMs: () => nowMs,
    wallMs: () => nowMs,
    async sleep(durationMs) {
      nowMs += durationMs;
      await setImmediate();
    },
  };
}

/** Parts for a small camera, with the complaints it made. */
export function cameraParts(changed: Partial<CameraParts> = {}): CameraParts & { readonly complaints: string[] } {
  const complaints: string[] = [];
  return {
    clock: steppingClock(),
    pictures: sharpPictures(),
    width: 64,
    height: 48,
    framesPerSecond: 1,
    complain: (message) => complaints.push(message),
    ...changed,
    complaints,
  };
}

/** Lets the camera run until it has delivered `count` frames, or has ended before. */
export async function watch(camera: Camera, count: number): Promise<{ frames: SeenFrame[]; end: CameraEnd }> {
  const frames: SeenFrame[] = [];
  const abort = new AbortController();
  const end = await camera.stream(
    {
      takeBuffer: (bytes) => new SharedArrayBuffer(bytes),
      deliver(frame) {
        if (frames.length < count) frames.push(frame);
        if (frames.length === count) abort.abort();
      },
    },
    abort.signal,
  );
  return { frames, end };
}

/** A picture file of one grey. */
export function greyPicture(
  { width, height, grey }: { width: number; height: number; grey: number },
  format: 'png' | 'jpeg' = 'png',
): Promise<Buffer> {
  const background = { r: grey, g: grey, b: grey };
  return sharp({ create: { width, height, channels: 3, background } })
    .toFormat(format)
    .toBuffer();
}

/** The lightness in the middle of a frame, 0 to 255. */
export function greyOf({ width, height, pixels }: SeenFrame): number {
  return new Uint8Array(pixels)[(height / 2) * width + width / 2] ?? -1;
}
