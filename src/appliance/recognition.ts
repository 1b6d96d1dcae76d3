import { absentInference } from '../machine/inference/absent-inference.ts';
import {
  beginInference,
  startInference,
  type InferenceSettings,
  type InferenceStats,
  type StartedInference,
  type StartInferenceResult,
} from '../machine/inference/onnx-inference.ts';
import { openOutsidePictures, type OutsidePictures } from '../machine/picture/outside-pictures.ts';
import type { Pictures } from '../system/inference.ts';
import type { Log } from '../system/log.ts';

/** Recognition that can be let go for a while, so that a candidate fits into the memory. */
export interface Recognition extends StartedInference {
  readonly pictures: Pictures;
  /** The same, with a process of its own for what a camera sends: it never waits behind uploads. */
  readonly cameraPictures: Pictures;
  /** Why nobody can be recognised since the start; undefined when somebody can, or will be when the nets are loaded. */
  readonly fault: string | undefined;
  /** Resolves when the nets are loaded, or `fault` says why they are not. Every call waits for it. */
  readonly loaded: Promise<void>;
  /** Gives the memory of the models back. Until `takeBack` every call is rejected. */
  letGo(): Promise<void>;
  /** Loads the models again, when they were let go. */
  takeBack(): Promise<void>;
  /** No camera sends pictures any more: the memory of what decodes them is given back. */
  rest(): Promise<void>;
}

/** Threads of one net's run: the other cores belong to the camera and the bell. */
const threads = 1;

/**
 * Starts recognition, and does not wait for its nets. What is missing is said, and does not stop the bell. Pictures from
 * outside are decoded apart, in processes of their own, or here.
 */
export async function openRecognition(
  { modelsFolder, recogniser }: Pick<InferenceSettings, 'modelsFolder' | 'recogniser'>,
  log: Log,
  decoding: 'apart' | 'here' = 'apart',
): Promise<Recognition> {
  const settings = { modelsFolder, threads, ...(recogniser === undefined ? {} : { recogniser }) };
  const begun = await beginInference(settings);
  return new PatientRecognition(settings, { begun, log, decoding });
}

interface Beginning {
  readonly begun: Awaited<ReturnType<typeof beginInference>>;
  readonly log: Log;
  readonly decoding: 'apart' | 'here';
}

/** Calls wait while the nets are loaded, and are refused while they are let go. */
class PatientRecognition implements Recognition {
  readonly outcome = 'started';
  readonly loaded: Promise<void>;
  readonly inference: Recognition['inference'];
  readonly pictures: Pictures;
  readonly cameraPictures: Pictures;
  fault: string | undefined;
  readonly #settings: InferenceSettings;
  readonly #log: Log;
  readonly #outside: OutsidePictures;
  /** Undefined while the nets are being loaded. */
  #current: StartedInference | undefined;
  #isLetGo = false;

  constructor(settings: InferenceSettings, { begun, log, decoding }: Beginning) {
    this.#settings = settings;
    this.#log = log;
    if (begun.outcome === 'begun') this.loaded = begun.started.then((result) => this.#take(result));
    else {
      this.#take(begun);
      this.loaded = Promise.resolve();
    }
    const loading = (): Promise<void> | undefined => (this.#current === undefined ? this.loaded : undefined);
    this.inference = {
      ...(begun.outcome === 'begun'
        ? { recogniser: begun.recogniser, scoring: begun.scoring }
        : { recogniser: 'none' }),
      get loading() {
        return loading();
      },
      detect: async (...asked) => (await this.#now()).inference.detect(...asked),
      embed: async (...asked) => (await this.#now()).inference.embed(...asked),
    };
    this.#outside = openOutsidePictures((reason) => log.warn('pictures are decoded with a fault', { reason }));
    const own: Omit<Pictures, 'decode'> = {
      decodeOwn: async (...asked) => (await this.#now()).pictures.decodeOwn(...asked),
      encode: async (...asked) => (await this.#now()).pictures.encode(...asked),
    };
    const { uploads, camera } = this.#outside;
    this.pictures = { ...own, decode: decoding === 'here' ? own.decodeOwn : uploads.decode };
    this.cameraPictures = { ...own, decode: decoding === 'here' ? own.decodeOwn : camera.decode };
  }

  #take(result: StartInferenceResult): void {
    if (result.outcome === 'started') {
      this.#current = result;
      return;
    }
    this.fault = result.message;
    this.#current = absentInference(result.message);
    this.#log.error('nobody will be recognised', { reason: result.message });
  }

  async #now(): Promise<StartedInference> {
    if (this.#current === undefined) await this.loaded;
    return this.#current ?? absentInference('cannot recognise: the models are not loaded');
  }

  stats(): InferenceStats {
    return this.#current?.stats() ?? { busyMs: 0, spentMs: {}, answered: 0, waiting: 0, restarts: 0 };
  }

  async ping(): Promise<void> {
    await (await this.#now()).ping();
  }

  restart(): void {
    this.#current?.restart();
  }

  async stop(): Promise<void> {
    await this.#outside.stop();
    await (await this.#now()).stop();
  }

  rest(): Promise<void> {
    return this.#outside.rest();
  }

  async letGo(): Promise<void> {
    const leaving = await this.#now();
    if (this.#isLetGo || this.fault !== undefined) return;
    this.#isLetGo = true;
    this.#current = absentInference('cannot recognise: the models made room for a release on trial');
    await leaving.stop();
  }

  async takeBack(): Promise<void> {
    if (!this.#isLetGo) return;
    const again = await startInference(this.#settings);
    if (again.outcome !== 'started') {
      this.#log.error('nobody will be recognised until the next start', { reason: again.message });
      return;
    }
    this.#current = again;
    this.#isLetGo = false;
  }
}
