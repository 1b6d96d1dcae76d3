import type { Camera, CameraEnd, Frame, FrameSink } from '../../system/camera.ts';
import { wordsOf } from '../../system/error-words.ts';
import type { DecodeFailure } from '../../system/inference.ts';
import { spareBuffer } from '../../system/pixels.ts';
import { type CameraParts, copyInto, fitWithin } from './camera-parts.ts';

/** What became of a pushed picture. */
export interface PushResult {
  readonly outcome: 'accepted' | DecodeFailure;
  readonly message: string;
}

/** A camera whose pictures are sent to the appliance, as JPEG or another picture file, by whatever has a camera. */
export interface PushCamera extends Camera {
  /**
   * Takes the picture, whatever the camera does: whoever sends one each minute has no other. One is decoded at a time and
   * one waits; a newer one takes its place, because nobody wants to see the older.
   */
  push(bytes: Uint8Array): Promise<PushResult>;
}

interface Sent {
  readonly bytes: Uint8Array;
  /** Before waiting and decoding: nearer to the moment of exposure. */
  readonly capturedMs: number;
  answer(result: PushResult): void;
}

/** Frames may change their size from one to the next; they are shrunk to the camera's. */
export function pushCamera(parts: CameraParts): PushCamera {
  let current: FrameSink | undefined;
  let isDecoding = false;
  let waiting: Sent | undefined;
  /** The newest picture that came while nobody watched. */
  let unseen: Omit<Frame, 'sequence'> | undefined;
  const lend = spareBuffer();

  function deliver(frame: Omit<Frame, 'sequence'>): void {
    unseen = current === undefined ? frame : undefined;
    current?.deliver({ ...copyInto(current, frame), capturedMs: frame.capturedMs });
  }

  async function show({ bytes, capturedMs }: Sent): Promise<PushResult> {
    const decoded = await parts.pictures.decode(bytes, lend);
    if (decoded.outcome !== 'decoded') return decoded;
    const frame = fitWithin(decoded.picture, parts);
    deliver({ ...frame, capturedMs });
    return { outcome: 'accepted', message: `shown: ${frame.width}x${frame.height}` };
  }

  async function showAll(first: Sent): Promise<void> {
    isDecoding = true;
    for (let next: Sent | undefined = first; next !== undefined; next = waiting) {
      waiting = undefined;
      const result = await show(next).catch((error: unknown): PushResult => ({
        outcome: 'corrupt',
        message: wordsOf(error),
      }));
      next.answer(result);
    }
    isDecoding = false;
  }

  return {
    description: 'pictures pushed over HTTP',
    origin: 'sender',
    async stream(sink, signal): Promise<CameraEnd> {
      current = sink;
      if (unseen !== undefined) deliver(unseen);
      await aborted(signal);
      if (current === sink) current = undefined;
      return { outcome: 'ended' };
    },
    push: (bytes) =>
      new Promise((answer) => {
        const sent = { bytes, capturedMs: parts.clock.uptimeMs(), answer };
        if (!isDecoding) return void showAll(sent);
        waiting?.answer({ outcome: 'accepted', message: 'taken: a newer picture came before it was shown' });
        waiting = sent;
      }),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
