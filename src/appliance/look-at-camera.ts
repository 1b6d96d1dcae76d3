import { openCamera } from '../machine/camera/cameras.ts';
import { nodeClock as clock } from '../machine/node/node-clock.ts';
import { openOutsidePictures } from '../machine/picture/outside-pictures.ts';
import { sharpPictures } from '../machine/picture/picture-coder.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { Camera } from '../system/camera.ts';

/** Key frames may lie twenty seconds apart, and before the first there is no picture. */
const lookMsMax = 25_000;

export type CameraLook =
  | { readonly outcome: 'seen'; readonly width: number; readonly height: number; readonly durationMs: number }
  | { readonly outcome: 'failed'; readonly reason: string };

/** Opens the camera that the settings name, takes one picture and closes it. Nothing may run in the home that has it open. */
export async function lookAtCamera(
  settings: Settings['camera'],
  demoFolder: string,
  signal: AbortSignal,
): Promise<CameraLook> {
  const outside = openOutsidePictures(() => undefined);
  const complaints: string[] = [];
  const pictures = { ...sharpPictures(), decode: outside.camera.decode };
  const complain = (message: string): unknown => complaints.push(message);
  const { source, width, height, framesPerSecond } = settings;
  try {
    const opened = openCamera(source, { clock, pictures, width, height, framesPerSecond, demoFolder, complain });
    if (opened.outcome === 'refused') return { outcome: 'failed', reason: opened.message };
    const look = await firstPicture(opened.camera, signal);
    const [complaint] = complaints;
    return look.outcome === 'failed' && complaint !== undefined ? { ...look, reason: complaint } : look;
  } finally {
    await outside.stop();
  }
}

async function firstPicture(camera: Camera, signal: AbortSignal): Promise<CameraLook> {
  const stop = new AbortController();
  const startedMs = clock.uptimeMs();
  const ending = AbortSignal.any([signal, stop.signal]);
  let seen: CameraLook | undefined;
  const late = clock.sleep(lookMsMax, ending).then(() => stop.abort());
  const end = await camera.stream(
    {
      takeBuffer: (bytes) => new SharedArrayBuffer(bytes),
      deliver({ width, height }) {
        seen ??= { outcome: 'seen', width, height, durationMs: clock.uptimeMs() - startedMs };
        stop.abort();
      },
    },
    ending,
  );
  stop.abort();
  await late;
  if (seen !== undefined) return seen;
  const silence = `cannot read ${camera.description}: it gave no picture within ${lookMsMax / 1000} s`;
  return { outcome: 'failed', reason: end.outcome === 'failed' ? end.reason : silence };
}
