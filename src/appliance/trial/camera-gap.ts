import type { Clock } from '../../system/clock.ts';
import type { Heartbeat } from '../../update/trial-protocol.ts';
import type { CameraFeed } from '../../visit/capture.ts';

/** How long nobody saw the door, and how long of that the camera took to start. */
export type CameraTimes = Pick<Heartbeat, 'cameraGapMs' | 'cameraStartMs'>;

/** Tells the times at the first frame here; the last one over there came at `lastFrameMs` (`clock.uptimeMs()`). */
export function timeCamera(
  feed: CameraFeed,
  clock: Clock,
  { lastFrameMs, tell }: { readonly lastFrameMs: number; readonly tell: (times: CameraTimes) => void },
): void {
  const unsubscribe = feed.subscribe(() => {
    unsubscribe();
    const cameraStartMs = feed.status().startMs;
    const cameraGapMs = Math.max(0, clock.uptimeMs() - lastFrameMs);
    tell({ cameraGapMs, ...(cameraStartMs === undefined ? {} : { cameraStartMs }) });
  });
}
