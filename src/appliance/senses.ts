/**
 * appliance/ - the wiring diagram in four parts: senses, house, watch, demo. Put together by appliance.ts alone.
 * Never: a decision about a visit, a person or a release; that belongs to the rooms.
 */
import type { Settings } from '../settings/settings-schema.ts';
import type { Camera } from '../system/camera.ts';
import type { Clock } from '../system/clock.ts';
import type { Log } from '../system/log.ts';
import { absentInference } from '../machine/absent-inference.ts';
import { openCamera, type OpenCameraResult } from '../machine/cameras.ts';
import { startInference, type StartedInference } from '../machine/onnx-inference.ts';

/** Recognition and the camera, as far as they could be had: the bell rings without either. */
export interface Senses {
  readonly recognition: StartedInference;
  /** Why nobody can be recognised; undefined when somebody can. */
  readonly recognitionFault: string | undefined;
  readonly camera: Camera;
  readonly opened: Extract<OpenCameraResult, { outcome: 'opened' }>;
}

export interface SensesParts {
  readonly modelsFolder: string;
  readonly settings: Settings['camera'];
  readonly isOffStage: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Threads of one net's run: the other cores belong to the camera and the bell. */
const threads = 1;

/** Starts recognition and names the camera. What is missing is said, and does not stop the bell. */
export async function openSenses({ modelsFolder, settings, isOffStage, clock, log }: SensesParts): Promise<Senses> {
  const started = await startInference({ modelsFolder, threads });
  const recognition = started.outcome === 'started' ? started : absentInference(started.message);
  const recognitionFault = started.outcome === 'started' ? undefined : started.message;
  if (recognitionFault !== undefined) log.error('nobody will be recognised', { reason: recognitionFault });
  const options = {
    clock,
    pictures: recognition.pictures,
    width: settings.width,
    height: settings.height,
    framesPerSecond: settings.framesPerSecond,
    demoFolder: `${modelsFolder}/demo`,
    complain: (message: string) => log.warn('a picture cannot be shown', { reason: message }),
  };
  const asked = openCamera(isOffStage ? 'none' : settings.source, options);
  if (asked.outcome === 'refused') log.error('the camera cannot be used', { reason: asked.message });
  const opened = asked.outcome === 'opened' ? asked : openCamera('none', options);
  if (opened.outcome === 'refused') throw new Error(opened.message);
  return { recognition, recognitionFault, camera: opened.camera, opened };
}
