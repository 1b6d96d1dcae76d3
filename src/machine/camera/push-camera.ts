import type { Camera, CameraEnd, FrameSink } from '../../system/camera.ts';
import type { DecodeFailure } from '../../system/inference.ts';
import { type CameraParts, copyInto, fitWithin, spareBuffer } from './camera-parts.ts';

/** What became of a pushed picture. */
export interface PushResult {
  readonly outcome: 'accepted' | DecodeFailure | 'busy' | 'not-running';
  readonly message: string;
}

/** A camera whose pictures are sent to the appliance, as JPEG or another picture file, by whatever has a camera. */
export interface PushCamera extends Camera {
  /** Shows the picture now. One at a time: while one is decoded the next is refused as `busy`, never queued. */
  push(bytes: Uint8Array): Promise<PushResult>;
}

/** Frames may change their size from one to the next; they are shrunk to the camera's. */
export function pushCamera(parts: CameraParts): PushCamera {
  let watching: FrameSink | undefined;
  let isDecoding = false;
  const lend = spareBuffer();

  async function show(bytes: Uint8Array): Promise<PushResult> {
    const capturedMs = parts.clock.uptimeMs(); // Before decoding: nearer to the moment of exposure.
    const decoded = await parts.pictures.decode(bytes, lend);
    if (decoded.outcome !== 'decoded') return decoded;
    if (watching === undefined) return notRunning;
    const frame = fitWithin(decoded.picture, parts);
    watching.deliver({ ...copyInto(watching, frame), capturedMs });
    return { outcome: 'accepted', message: `shown: ${frame.width}x${frame.height}` };
  }

  return {
    description: 'pictures pushed over HTTP',
    origin: 'sender',
    async stream(sink, signal): Promise<CameraEnd> {
      watching = sink;
      await aborted(signal);
      if (watching === sink) watching = undefined;
      return { outcome: 'ended' };
    },
    async push(bytes) {
      if (watching === undefined) return notRunning;
      if (isDecoding) return { outcome: 'busy', message: 'cannot show: the picture before is still being read' };
      isDecoding = true;
      try {
        return await show(bytes);
      } finally {
        isDecoding = false;
      }
    },
  };
}

const notRunning: PushResult = { outcome: 'not-running', message: 'cannot show: the camera is being restarted' };

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
