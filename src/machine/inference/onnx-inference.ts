import assert from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import { InferenceFault, type Inference, type Pictures } from '../../system/inference.ts';
import { share } from '../picture/picture-coder.ts';
import type { Answer, FromWorker, Question, ToWorker, WorkerSettings } from './inference-protocol.ts';
import type { PackFailure } from './pack-failure.ts';
import { identityOf, readModelPack, type RecogniserName } from './model-pack.ts';
import { wordsOf } from '../../system/error-words.ts';

/** What recognition has done since it was started. */
export interface InferenceStats {
  /** Time in which a call was worked on. */
  readonly busyMs: number;
  readonly answered: number;
  /** Calls that are not answered yet. */
  readonly waiting: number;
  /** Times that the thread died and was started again. */
  readonly restarts: number;
  /** Why it died the last time. */
  readonly lastDeath?: string;
}

/** What was never outside. */
export type OwnPictures = Omit<Pictures, 'decode'>;

/** Recognition, running in a thread of its own. */
export interface StartedInference {
  readonly outcome: 'started';
  readonly inference: Inference;
  readonly pictures: OwnPictures;
  stats(): InferenceStats;
  /** Resolves when the nets have answered what they were asked before; rejects when they do not. */
  ping(): Promise<void>;
  /** Starts another thread; calls under way are rejected. */
  restart(): void;
  /** Answers what was asked, then ends the thread. To be awaited before the process ends: see `abandon`. */
  stop(): Promise<void>;
}

export type StartInferenceResult =
  | StartedInference
  | { readonly outcome: PackFailure | 'unusable'; readonly message: string };

/** How to start recognition. */
export interface InferenceSettings {
  /** Where manifest.json lies. */
  readonly modelsFolder: string;
  /** Threads of one net's run: 1 leaves the other cores to camera and bell. */
  readonly threads: number;
  /** Default: the pack's choice. */
  readonly recogniser?: RecogniserName;
}

/** Calls that may wait for the thread; at 8 frames a second this is more than it could be behind. */
const waitingMax = 64;

/** A thread that answers nothing for so long while calls wait hangs: it is given up, and another one is started. */
const answerMsMax = 60_000;

/** A thread that dies before it has answered anything is not started again at once. */
const restartDelayMs = 1_000;
const restartDelayMsMax = 60_000;

const stopMessage: ToWorker = { call: 'stop' };

/** Recognition whose nets are being loaded. */
export interface BegunInference {
  readonly outcome: 'begun';
  /** As `Inference.recogniser`. */
  readonly recogniser: string;
  /** Resolves when the nets are loaded, or are known not to be. */
  readonly started: Promise<StartInferenceResult>;
}

/**
 * Starts the inference thread and waits until its nets are loaded. Expected failures are missing or damaged models, and
 * a machine on which ONNX Runtime does not run (`unusable`).
 */
export async function startInference(settings: InferenceSettings): Promise<StartInferenceResult> {
  const begun = await beginInference(settings);
  return begun.outcome === 'begun' ? begun.started : begun;
}

/** Starts the inference thread and does not wait for its nets. */
export async function beginInference({
  modelsFolder,
  ...options
}: InferenceSettings): Promise<BegunInference | Exclude<StartInferenceResult, StartedInference>> {
  const read = await readModelPack(modelsFolder);
  if (read.outcome !== 'read') return read;
  // Before the addon loads, and in the main thread: a worker's environment is a copy that native code does not see.
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  const { pack } = read;
  const started = firstStart(new InferenceThread({ ...options, pack }));
  return { outcome: 'begun', recogniser: identityOf(pack, options.recogniser), started };
}

async function firstStart(thread: InferenceThread): Promise<StartInferenceResult> {
  const first = await thread.start();
  if (first.outcome !== 'ready') {
    await thread.stop();
    return first;
  }
  return {
    outcome: 'started',
    inference: inferenceOn(thread, first.recogniser),
    pictures: picturesOn(thread),
    stats: () => thread.stats(),
    ping: async () => void (await thread.ask({ call: 'ping' })),
    restart: () => thread.abandon('it was restarted'),
    stop: () => thread.stop(),
  };
}

function inferenceOn(thread: InferenceThread, recogniser: string): Inference {
  return {
    recogniser,
    async detect(picture, effort) {
      const answer = await thread.ask({ call: 'detect', picture, effort });
      assert(answer.call === 'detect');
      return answer.faces;
    },
    async embed(picture, landmarks) {
      const answer = await thread.ask({ call: 'embed', picture, landmarks });
      assert(answer.call === 'embed');
      return answer.embedding;
    },
  };
}

function picturesOn(thread: InferenceThread): OwnPictures {
  return {
    async decodeOwn(bytes, lend) {
      const answer = await thread.ask({ call: 'decodeOwn', bytes });
      assert(answer.call === 'decodeOwn');
      return share(answer.decoded, lend);
    },
    async encode(picture, options) {
      const answer = await thread.ask({ call: 'encode', picture, options });
      assert(answer.call === 'encode');
      return answer.bytes;
    },
  };
}

type StartResult =
  | { readonly outcome: 'ready'; readonly recogniser: string }
  | { readonly outcome: PackFailure | 'unusable'; readonly message: string };

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
  readonly deadline: NodeJS.Timeout;
}

type ThreadState =
  | { readonly phase: 'running'; readonly worker: Worker; hasAnswered: boolean }
  | { readonly phase: 'resting'; readonly timer: NodeJS.Timeout }
  | { readonly phase: 'stopped' };

/** The worker, started again whenever it dies. */
class InferenceThread {
  readonly #settings: WorkerSettings;
  readonly #waiting = new Map<number, Waiting>();
  #state: ThreadState = { phase: 'stopped' };
  #nextId = 0;
  #busyMs = 0;
  #answered = 0;
  #restarts = 0;
  #delayMs = restartDelayMs;
  #lastDeath: string | undefined;

  constructor(settings: WorkerSettings) {
    this.#settings = settings;
  }

  /** Resolves once the thread can work, or says why it cannot. */
  start(): Promise<StartResult> {
    const worker = new Worker(new URL('./inference-worker.ts', import.meta.url), {
      workerData: this.#settings,
      resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 96 },
    });
    const state: ThreadState = { phase: 'running', worker, hasAnswered: false };
    this.#state = state;
    return new Promise((resolve) => {
      let reason = 'it ended';
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') resolve({ outcome: 'ready', recogniser: message.recogniser });
        else if (message.kind === 'answer') {
          state.hasAnswered = true;
          this.#take(message);
        } else {
          reason = message.message;
          resolve({ outcome: message.outcome, message: message.message });
        }
      });
      worker.on('error', (error) => {
        reason = wordsOf(error);
      });
      worker.once('exit', () => {
        resolve({ outcome: 'unusable', message: `cannot start recognition: ${reason}` });
        if (this.#state === state) this.#mourn(reason, state.hasAnswered);
      });
    });
  }

  ask(question: Question): Promise<Answer> {
    const state = this.#state;
    if (state.phase === 'stopped')
      return Promise.reject(new InferenceFault('cannot recognise: recognition was stopped'));
    if (state.phase === 'resting') {
      return Promise.reject(
        new InferenceFault(`cannot recognise: it is being started again (${this.#lastDeath ?? ''})`),
      );
    }
    if (this.#waiting.size >= waitingMax) {
      return Promise.reject(new InferenceFault(`cannot recognise: ${waitingMax} calls are waiting already`));
    }
    const id = this.#nextId++;
    const message: ToWorker = { call: 'ask', id, question };
    state.worker.postMessage(message);
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.abandon(`it did not answer within ${answerMsMax / 1000} s`);
      }, answerMsMax);
      this.#waiting.set(id, { resolve, reject, deadline });
    });
  }

  stats(): InferenceStats {
    return {
      busyMs: this.#busyMs,
      answered: this.#answered,
      waiting: this.#waiting.size,
      restarts: this.#restarts,
      ...(this.#lastDeath === undefined ? {} : { lastDeath: this.#lastDeath }),
    };
  }

  /**
   * Gives the thread up: calls are rejected, another thread starts. The old one ends itself after what it is doing; it is
   * never terminated, because ONNX Runtime's addon aborts the whole process when it is interrupted.
   */
  abandon(reason: string): void {
    const state = this.#state;
    if (state.phase !== 'running') return;
    this.#mourn(reason, true);
    state.worker.postMessage(stopMessage);
    state.worker.unref();
  }

  async stop(): Promise<void> {
    const state = this.#state;
    this.#state = { phase: 'stopped' };
    if (state.phase === 'resting') clearTimeout(state.timer);
    if (state.phase !== 'running') return;
    const hasEnded = new Promise((resolve) => {
      state.worker.once('exit', resolve);
    });
    state.worker.postMessage(stopMessage);
    if (state.worker.threadId !== -1) await hasEnded;
    this.#rejectAll('recognition was stopped');
  }

  #take({ id, busyMs, answer }: Extract<FromWorker, { kind: 'answer' }>): void {
    this.#busyMs += busyMs;
    this.#answered += 1;
    this.#delayMs = restartDelayMs;
    for (const { deadline } of this.#waiting.values()) deadline.refresh(); // It is slow, and lives.
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.deadline);
    if (answer.call === 'failed') waiting.reject(new Error(answer.message));
    else waiting.resolve(answer);
  }

  /** The thread is dead: says so to everyone who waits, and starts the next one, later if it never worked. */
  #mourn(reason: string, mayStart: boolean): void {
    this.#lastDeath = reason;
    this.#restarts += 1;
    if (mayStart) void this.start();
    else {
      const timer = setTimeout(() => void this.start(), this.#delayMs);
      this.#delayMs = Math.min(restartDelayMsMax, this.#delayMs * 2);
      this.#state = { phase: 'resting', timer };
    }
    this.#rejectAll(`the inference thread died: ${reason}`);
  }

  #rejectAll(reason: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const call of waiting) {
      clearTimeout(call.deadline);
      call.reject(new InferenceFault(`cannot recognise: ${reason}`));
    }
  }
}
