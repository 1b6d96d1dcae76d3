import { DecodingLane } from './decoding-lane.ts';
import type { Room } from './decoder-process.ts';

/** Pictures that strangers may have made. */
export interface OutsidePictures {
  readonly uploads: DecodingLane;
  /** Frames and snapshots, which never wait behind uploads. */
  readonly camera: DecodingLane;
  /** Ends what decodes, until there is a picture again. */
  rest(): Promise<void>;
  /** Ends what decodes. */
  stop(): Promise<void>;
}

/** A picture that takes less never waits for another lane: a camera's frame. */
const largeBytes = 20 * 1024 * 1024;

/** What one picture may take: a Pi 4 needs 3 s for the largest ones that are let in. */
const cpuMsMax = 10_000;
/** What a picture costs is told by the processor. A machine that has much else to do lets it wait nearly as long as its sender does. */
const uploadBounds = { cpuMsMax, wallMsMax: 45_000, startMsMax: 45_000 } as const;
/** A camera sends the next one. */
const cameraBounds = { cpuMsMax, wallMsMax: 20_000, startMsMax: 20_000 } as const;

/** Two lanes. Nothing is started before there is a picture. */
export function openOutsidePictures(complain: (message: string) => void): OutsidePictures {
  const room = roomForOne();
  const uploads = new DecodingLane({ ...uploadBounds, niceness: 19, idleMsMax: 15_000, waitingMax: 4, room, complain });
  const camera = new DecodingLane({ ...cameraBounds, niceness: 5, idleMsMax: 60_000, waitingMax: 1, room, complain });
  return {
    uploads,
    camera,
    async rest() {
      await Promise.all([uploads.rest(), camera.rest()]);
    },
    async stop() {
      await Promise.all([uploads.stop(), camera.stop()]);
    },
  };
}

/** Of the large pictures one at a time; the small ones at once. */
export function roomForOne(): Room {
  let last: Promise<void> = Promise.resolve();
  return async (bytes) => {
    if (bytes < largeBytes) return () => undefined;
    const before = last;
    const place = Promise.withResolvers<void>();
    last = before.then(() => place.promise);
    await before;
    return place.resolve;
  };
}
