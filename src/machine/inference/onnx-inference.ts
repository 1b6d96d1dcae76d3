import assert from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import type { Inference, Scoring } from '../../system/inference.ts';
import { AskedThread } from '../node/asked-thread.ts';
import { openPictureThread, type OwnPictures } from '../picture/picture-thread.ts';
import type { Answer, PackRefusal, Question, WorkerSettings } from './inference-protocol.ts';
import type { PackFailure } from './pack-failure.ts';
import { readModelPack, scoringOf, type PackFolders } from './model-pack.ts';
import { type PartTimes, sumOf } from './part-times.ts';

/** What recognition has done since it was started. */
export interface InferenceStats {
  /** Time in which a call was worked on. */
  readonly busyMs: number;
  /** Where it went; `wait` is what calls waited beside it, `pictures` what the picture thread took. */
  readonly spentMs: PartTimes;
  readonly answered: number;
  /** Calls that are not answered yet. */
  readonly waiting: number;
  /** Times that the thread died and was started again. */
  readonly restarts: number;
  /** Why it died the last time. */
  readonly lastDeath?: string;
}

/** Recognition, running in a thread of its own, and pictures in another. */
export interface StartedInference {
  readonly outcome: 'started';
  readonly inference: Inference;
  readonly pictures: OwnPictures;
  stats(): InferenceStats;
  /** Resolves when both have answered what they were asked before; rejects when they do not. */
  ping(): Promise<void>;
  /** Starts another thread; calls under way are rejected. */
  restart(): void;
  /** Answers what was asked, then ends the threads. To be awaited before the process ends: see `abandon`. */
  stop(): Promise<void>;
}

export type StartInferenceResult =
  | StartedInference
  | { readonly outcome: PackFailure | 'unusable'; readonly message: string };

/** How to start recognition. */
export interface InferenceSettings extends PackFolders {
  /** Threads of one net's run: 1 leaves the other cores to camera and bell. */
  readonly threads: number;
  /** By its name. Default: the release's first. */
  readonly recogniser?: string | undefined;
}

/** Recognition whose nets are being loaded. */
export interface BegunInference {
  readonly outcome: 'begun';
  /** Of the recogniser, in its pack. */
  readonly name: string;
  /** As `Inference.recogniser`. */
  readonly recogniser: string;
  readonly scoring: Scoring;
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
export async function beginInference(
  settings: InferenceSettings,
): Promise<BegunInference | Exclude<StartInferenceResult, StartedInference>> {
  const { modelsFolder, addedFolder, recogniser, ...options } = settings;
  const read = await readModelPack({ modelsFolder, addedFolder }, recogniser);
  if (read.outcome !== 'read') return read;
  // Before the addon loads, and in the main thread: a worker's environment is a copy that native code does not see.
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  const { pack } = read;
  const scoring = scoringOf(pack.recogniser);
  const started = startThreads({ ...options, pack }, scoring);
  const { name, embeddingMark } = pack.recogniser;
  return { outcome: 'begun', name, recogniser: embeddingMark, scoring, started };
}

const words = { name: 'the inference thread', does: 'recognise', work: 'recognition' };

type InferenceThread = AskedThread<Question, Answer, PartTimes, PackRefusal>;

async function startThreads(workerData: WorkerSettings, scoring: Scoring): Promise<StartInferenceResult> {
  let busyMs = 0;
  let spentMs: PartTimes = {};
  const begin = (): Worker =>
    new Worker(new URL('./inference-worker.ts', import.meta.url), {
      name: 'inference',
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 96 },
    });
  const thread: InferenceThread = new AskedThread({ begin, words }, (toll) => {
    busyMs += toll.busyMs;
    spentMs = sumOf(sumOf(spentMs, toll.spent), { wait: toll.wholeMs - toll.busyMs });
  });
  const first = await thread.start();
  if (first.outcome !== 'ready') {
    await thread.stop();
    return first;
  }
  const pictures = openPictureThread();
  return {
    outcome: 'started',
    inference: { ...inferenceOn(thread), recogniser: workerData.pack.recogniser.embeddingMark, scoring },
    pictures,
    stats: () => ({ ...thread.stats(), busyMs, spentMs: { ...spentMs, pictures: pictures.busyMs } }),
    ping: async () => void (await Promise.all([thread.ask({ call: 'ping' }), pictures.ping()])),
    restart: () => thread.abandon('it was restarted'),
    stop: async () => void (await Promise.all([thread.stop(), pictures.stop()])),
  };
}

function inferenceOn(thread: InferenceThread): Pick<Inference, 'detect' | 'embed'> {
  return {
    async detect(picture, effort) {
      const answer = await thread.ask({ call: 'detect', picture, effort });
      assert(answer.call === 'detect');
      return answer.faces;
    },
    async embed(picture, landmarks, others = []) {
      const answer = await thread.ask({ call: 'embed', picture, landmarks, others });
      assert(answer.call === 'embed');
      return answer.embedding;
    },
  };
}
