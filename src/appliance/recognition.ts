import { absentInference } from '../machine/inference/absent-inference.ts';
import {
  beginInference,
  startInference,
  type BegunInference,
  type InferenceSettings,
  type InferenceStats,
  type StartedInference,
  type StartInferenceResult,
} from '../machine/inference/onnx-inference.ts';
import { openOutsidePictures, type OutsidePictures } from '../machine/picture/outside-pictures.ts';
import { plainScoring } from '../face/scoring.ts';
import type { Inference, Pictures } from '../system/inference.ts';
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
  /** The pack in use. */
  readonly pack: string;
  /** What was asked for and is not what is used; known when the nets are loaded. */
  readonly complaint: string | undefined;
  /** Loads another pack, to embed with beside the one in use. Whoever asked for it stops it, or hands it to `changeTo`. */
  openBeside(pack: string): Promise<BesideResult>;
  /** From now on this one is used, and the former is stopped. False when the nets are let go just now: nothing changes. */
  changeTo(pack: string, loaded: StartedInference): boolean;
  /** Called when another pack is used: what was embedded so far cannot be compared any more. */
  onChange(listener: () => void): void;
  /** Gives the memory of the models back. Until `takeBack` every call is rejected. */
  letGo(): Promise<void>;
  /** Loads the models again, when they were let go. */
  takeBack(): Promise<void>;
  /** No camera sends pictures any more: the memory of what decodes them is given back. */
  rest(): Promise<void>;
}

export type BesideResult =
  /** `gone` says that its memory is needed elsewhere. */
  | (StartedInference & { readonly gone: AbortSignal })
  | Exclude<StartInferenceResult, { readonly outcome: 'started' }>
  | { readonly outcome: 'let-go' };

/** Threads of one net's run: the other cores belong to the camera and the bell. */
const threads = 1;

/**
 * Starts recognition, and does not wait for its nets. What is missing is said, and does not stop the bell: a pack that
 * cannot be used makes room for the release's own. Pictures from outside are decoded apart, in processes of their own, or
 * here.
 */
export async function openRecognition(
  { modelsFolder, addedFolder, recogniser }: Omit<InferenceSettings, 'threads'>,
  log: Log,
  decoding: 'apart' | 'here' = 'apart',
): Promise<Recognition> {
  const settings = { modelsFolder, addedFolder, threads, recogniser };
  const begun = await beginInference(settings);
  if (begun.outcome === 'begun' || recogniser === undefined)
    return new PatientRecognition(settings, { begun, log, decoding });
  const own = { ...settings, recogniser: undefined };
  const complaint = complaintOf(recogniser, begun.message);
  return new PatientRecognition(own, { begun: await beginInference(own), log, decoding, complaint });
}

function complaintOf(pack: string, why: string): string {
  return `cannot use models.recogniser = "${pack}": ${why.replace(/^cannot start recognition: /, '')}; the release’s own pack is used`;
}

interface Beginning {
  readonly begun: Awaited<ReturnType<typeof beginInference>>;
  readonly log: Log;
  readonly decoding: 'apart' | 'here';
  readonly complaint?: string;
}

type Terms = Pick<BegunInference, 'name' | 'recogniser'> & Partial<Pick<BegunInference, 'scoring'>>;

/** Calls wait while the nets are loaded, and are refused while they are let go. */
class PatientRecognition implements Recognition {
  readonly outcome = 'started';
  readonly loaded: Promise<void>;
  readonly inference: Recognition['inference'];
  readonly pictures: Pictures;
  readonly cameraPictures: Pictures;
  fault: string | undefined;
  complaint: string | undefined;
  #settings: InferenceSettings;
  readonly #log: Log;
  readonly #outside: OutsidePictures;
  readonly #listeners: (() => void)[] = [];
  /** Of the pack in use: what it is called, what its embeddings carry, how they are compared. */
  #terms: Terms;
  /** Undefined while the nets are being loaded. */
  #current: StartedInference | undefined;
  /** Resolves when former packs have ended. */
  #left: Promise<unknown> = Promise.resolve();
  #isLetGo = false;
  /** Packs loaded beside the one in use, and how they hear that the memory is needed. */
  readonly #beside = new Set<StartedInference>();
  #gone = new AbortController();

  constructor(settings: InferenceSettings, { begun, log, decoding, complaint }: Beginning) {
    this.#settings = settings;
    this.#log = log;
    this.complaint = complaint;
    this.#terms = begun.outcome === 'begun' ? begun : { name: 'none', recogniser: 'none' };
    if (begun.outcome === 'begun') this.loaded = begun.started.then((result) => this.#takeOrFallBack(result));
    else {
      this.#take(begun);
      this.loaded = Promise.resolve();
    }
    this.inference = this.#inferenceOfToday();
    this.#outside = openOutsidePictures((reason) => log.warn('pictures are decoded with a fault', { reason }));
    const own: Omit<Pictures, 'decode'> = {
      decodeOwn: async (...asked) => (await this.#now()).pictures.decodeOwn(...asked),
      encode: async (...asked) => (await this.#now()).pictures.encode(...asked),
      signsOf: async (...asked) => (await this.#now()).pictures.signsOf(...asked),
    };
    const { uploads, camera } = this.#outside;
    this.pictures = { ...own, decode: decoding === 'here' ? own.decodeOwn : uploads.decode };
    this.cameraPictures = { ...own, decode: decoding === 'here' ? own.decodeOwn : camera.decode };
  }

  get pack(): string {
    return this.#terms.name;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async openBeside(pack: string): Promise<BesideResult> {
    if (this.#isLetGo) return { outcome: 'let-go' };
    const gone = this.#gone.signal;
    const opened = await startInference({ ...this.#settings, recogniser: pack });
    if (opened.outcome !== 'started') return opened;
    const stop = async (): Promise<void> => {
      this.#beside.delete(beside);
      await opened.stop();
    };
    const beside = { ...opened, gone, stop };
    this.#beside.add(beside);
    if (!gone.aborted) return beside;
    await stop();
    return { outcome: 'let-go' };
  }

  changeTo(pack: string, loaded: StartedInference): boolean {
    const leaving = this.#current;
    if (this.#isLetGo || leaving === undefined) return false;
    this.#settings = { ...this.#settings, recogniser: pack };
    this.#current = loaded;
    this.fault = undefined;
    this.#beside.delete(loaded);
    this.#use({ name: pack, ...loaded.inference });
    this.#left = Promise.all([this.#left, leaving.stop()]);
    return true;
  }

  #use({ name, recogniser, scoring }: Terms): void {
    this.#terms = { name, recogniser, ...(scoring === undefined ? {} : { scoring }) };
    for (const listener of this.#listeners) listener();
  }

  #inferenceOfToday(): Inference {
    const terms = (): Terms => this.#terms;
    const loading = (): Promise<void> | undefined => (this.#current === undefined ? this.loaded : undefined);
    return {
      get recogniser() {
        return terms().recogniser;
      },
      get scoring() {
        return terms().scoring ?? plainScoring;
      },
      get loading() {
        return loading();
      },
      detect: async (...asked) => (await this.#now()).inference.detect(...asked),
      embed: async (...asked) => (await this.#now()).inference.embed(...asked),
    };
  }

  /** A pack whose net cannot be loaded makes room for the release's own. */
  async #takeOrFallBack(result: StartInferenceResult): Promise<void> {
    const { recogniser, ...own } = this.#settings;
    if (result.outcome === 'started' || recogniser === undefined) return this.#take(result);
    const begun = await beginInference(own);
    if (begun.outcome !== 'begun' || begun.name === recogniser) return this.#take(result);
    this.complaint = complaintOf(recogniser, result.message);
    this.#settings = own;
    this.#use(begun);
    this.#take(await begun.started);
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
    await this.#left;
  }

  rest(): Promise<void> {
    return this.#outside.rest();
  }

  async letGo(): Promise<void> {
    const leaving = await this.#now();
    if (this.#isLetGo || this.fault !== undefined) return;
    this.#isLetGo = true;
    this.#current = absentInference('cannot recognise: the models made room for a release on trial');
    this.#gone.abort();
    this.#gone = new AbortController();
    await Promise.all([leaving, ...this.#beside].map((nets) => nets.stop()));
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
