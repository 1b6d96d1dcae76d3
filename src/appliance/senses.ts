import type { Settings } from '../settings/settings-schema.ts';
import type { Camera } from '../system/camera.ts';
import type { Clock } from '../system/clock.ts';
import type { Log } from '../system/log.ts';
import { openCamera, type OpenCameraResult } from '../machine/camera/cameras.ts';
import type { Recognition } from './recognition.ts';

/** Recognition and the camera, as far as they could be had: the bell rings without either. */
export interface Senses {
  readonly recognition: Recognition;
  /** Why nobody can be recognised; undefined when somebody can, or will be as soon as the nets are loaded. */
  readonly recognitionFault: string | undefined;
  readonly camera: Camera;
  readonly opened: Extract<OpenCameraResult, { outcome: 'opened' }>;
}

export interface SensesParts {
  readonly recognition: Recognition;
  readonly modelsFolder: string;
  readonly settings: Settings['camera'];
  readonly isOffDuty: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Names the camera. One that is missing is said, and does not stop the bell. */
export function openSenses({ recognition, modelsFolder, settings, isOffDuty, clock, log }: SensesParts): Senses {
  const options = {
    clock,
    pictures: recognition.cameraPictures,
    width: settings.width,
    height: settings.height,
    framesPerSecond: settings.framesPerSecond,
    demoFolder: `${modelsFolder}/demo`,
    complain: (message: string) => log.warn('a picture cannot be shown', { reason: message }),
  };
  const asked = openCamera(isOffDuty ? 'none' : settings.source, options);
  if (asked.outcome === 'refused') log.error('the camera cannot be used', { reason: asked.message });
  const opened = asked.outcome === 'opened' ? asked : openCamera('none', options);
  if (opened.outcome === 'refused') throw new Error(opened.message);
  return {
    recognition,
    get recognitionFault() {
      return recognition.fault;
    },
    camera: opened.camera,
    opened,
  };
}
