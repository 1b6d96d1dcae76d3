import { resolve } from 'node:path';
import type { Camera } from '../../system/camera.ts';
import { fileVideo, networkVideo, usbVideo, type VideoSource } from './camera-address.ts';
import type { CameraParts } from './camera-parts.ts';
import { demoCamera, type DemoCamera } from './demo-camera.ts';
import { ffmpegCamera } from './ffmpeg-camera.ts';
import { folderCamera } from './folder-camera.ts';
import { httpCamera } from './http-camera.ts';
import { usbCamera } from './usb-camera.ts';
import { pushCamera, type PushCamera } from './push-camera.ts';

export interface CameraOptions extends CameraParts {
  /** Where `scripts/demo.ts` put the visitors. */
  readonly demoFolder: string;
}

/** `push` and `demo` are there when that is the camera that was asked for. */
export type OpenCameraResult =
  | {
      readonly outcome: 'opened';
      readonly camera: Camera;
      readonly push?: PushCamera['push'];
      readonly demo?: DemoCamera;
    }
  | { readonly outcome: 'refused'; readonly message: string };

const possible =
  'demo, push, none, folder:PATH, a video file, rtsp://…, rtsps://…, http://…, https://… or a USB camera as /dev/video0';

/**
 * The camera that `camera.source` names. Nothing is opened yet: that a camera cannot be opened is told by its stream,
 * so that one which is unplugged today does not stop the bell from starting.
 */
export function openCamera(source: string, options: CameraOptions): OpenCameraResult {
  switch (source) {
    case 'none':
      return { outcome: 'opened', camera: noCamera };
    case 'push': {
      const camera = pushCamera(options);
      return { outcome: 'opened', camera, push: (bytes) => camera.push(bytes) };
    }
    case 'demo': {
      const demo = demoCamera(options.demoFolder, options);
      return { outcome: 'opened', camera: demo, demo };
    }
  }
  const folder = /^folder:(.+)$/s.exec(source)?.[1];
  if (folder !== undefined) return { outcome: 'opened', camera: folderCamera(resolve(folder), options) };
  const video = videoSource(source, options);
  if (video !== undefined) return { outcome: 'opened', camera: videoCamera(video, options) };
  return { outcome: 'refused', message: refusalOf(source) };
}

/** Why no camera can be meant by this `camera.source`, or undefined when one can. */
export function refusalOfSource(source: string): string | undefined {
  const isWord = ['none', 'push', 'demo'].includes(source) || /^folder:./s.test(source);
  const anySize = { width: 2, height: 2, framesPerSecond: 1 };
  return isWord || videoSource(source, anySize) !== undefined ? undefined : refusalOf(source);
}

function refusalOf(source: string): string {
  return `cannot use camera.source ${shown(source)}: it may be ${possible}`;
}

function videoCamera(video: VideoSource, options: CameraOptions): Camera {
  if (video.device !== undefined) return usbCamera(video.device, options);
  const camera = ffmpegCamera(video, options);
  return video.url === undefined ? camera : httpCamera({ ...video, url: video.url }, options, camera);
}

function videoSource(source: string, options: Parameters<typeof usbVideo>[1]): VideoSource | undefined {
  if (source.includes('\0')) return undefined; // No path or address holds one, and no argument of a child may.
  if (/^\/dev\/video\d{1,3}$/.test(source)) return usbVideo(source, options);
  if (/^[a-z][a-z\d+.-]*:/i.test(source)) return networkVideo(source);
  return /[./]/.test(source) ? fileVideo(resolve(source)) : undefined; // Without either it is a slip of the pen.
}

/** At most a line of it, and no more than the scheme of an address: the rest may hold a password. */
function shown(source: string): string {
  const scheme = /^([a-z][a-z\d+.-]*:)/i.exec(source)?.[1];
  return JSON.stringify(scheme === undefined ? source.slice(0, 80) : `${scheme}…`);
}

const noCamera: Camera = {
  description: 'no camera',
  stream: () => Promise.resolve({ outcome: 'failed', reason: 'cannot see: camera.source is none' }),
};
