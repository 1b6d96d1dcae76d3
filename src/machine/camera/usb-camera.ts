import { execFile } from 'node:child_process';
import type { Camera } from '../../system/camera.ts';
import { usbVideo } from './camera-address.ts';
import type { CameraParts } from './camera-parts.ts';
import { ffmpegCamera } from './ffmpeg-camera.ts';
import { chooseFormat, type UsbChoice } from './usb-formats.ts';

/** A camera tells what it can at once; one that does not is opened as it is. */
const listMsMax = 5000;

/** A camera on the USB, asked once what it can before it is opened in the best of its formats. */
export function usbCamera(device: string, parts: CameraParts, program = 'ffmpeg'): Camera {
  let chosen: UsbChoice | undefined;
  return {
    ...ffmpegCamera(usbVideo(device, parts), parts, program),
    async stream(sink, signal) {
      chosen ??= chooseFormat(await listFormats(device, program, signal), parts);
      return ffmpegCamera(usbVideo(device, { ...parts, ...chosen }), parts, program).stream(sink, signal);
    },
  };
}

/** What ffmpeg prints, which then ends as if it had failed. */
function listFormats(device: string, program: string, signal: AbortSignal): Promise<string> {
  const words = ['-nostdin', '-hide_banner', '-f', 'v4l2', '-list_formats', 'all', '-i', device];
  return new Promise((resolve) => {
    execFile(program, words, { signal, timeout: listMsMax }, (_error, _out, text) => resolve(text));
  });
}
