import type { Camera } from '../system/camera.ts';
import { framesBeforeMs } from './visit-state.ts';

/** An older picture is not what the camera sees now. */
export const nowMsMax = 60_000;

export interface CameraStatus {
  readonly state: 'starting' | 'flowing' | 'stalled' | 'failed';
  readonly framesTotal: number;
  readonly framesDropped: number;
  readonly restarts: number;
  /** The longest time between two frames of this process. */
  readonly gapMsMax: number;
  /** What the camera took last from being opened to its first frame. */
  readonly startMs: number | undefined;
  /** `clock.uptimeMs()` of the newest frame's arrival. */
  readonly lastFrameMs: number | undefined;
  /** For how long the camera has shown one and the same picture; 0 when the newest differs from the one before. */
  readonly repeatedMs: number;
  readonly reason?: string;
}

/** What is wrong with a camera that has not failed; undefined when nothing is. */
export function troubleOf(
  origin: Camera['origin'],
  { repeatedMs, lastFrameMs }: Pick<CameraStatus, 'repeatedMs' | 'lastFrameMs'>,
  nowMs: number,
): string | undefined {
  if (repeatedMs > framesBeforeMs) return `it has shown the same picture for ${seconds(repeatedMs)}`;
  if (origin !== 'sender') return undefined;
  if (lastFrameMs === undefined) return 'nobody has sent a picture yet';
  const silentMs = nowMs - lastFrameMs;
  return silentMs > nowMsMax ? `nobody has sent a picture for ${seconds(silentMs)}` : undefined;
}

function seconds(durationMs: number): string {
  return `${Math.round(durationMs / 1000)} s`;
}
