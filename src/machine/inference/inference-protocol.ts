import type { DetectedFace, DetectEffort, Embedding, EncodeOptions, Landmarks } from '../../system/inference.ts';
import type { Box, Pixels } from '../../system/pixels.ts';
import type { Decoded } from '../picture/picture-coder.ts';
import type { PackFailure } from './pack-failure.ts';
import type { ModelPack, RecogniserName } from './model-pack.ts';

/** What the inference thread is started with. */
export interface WorkerSettings {
  readonly pack: ModelPack;
  /** Threads of one net's run. */
  readonly threads: number;
  /** Default: the pack's choice. */
  readonly recogniser?: RecogniserName;
}

/** What the main thread asks. Pictures cross as shared memory, files as copies. `ping` is answered in the line of faces. */
export type Question =
  | { readonly call: 'detect'; readonly picture: Pixels; readonly effort: DetectEffort | Box }
  | { readonly call: 'embed'; readonly picture: Pixels; readonly landmarks: Landmarks }
  | { readonly call: 'decodeOwn'; readonly bytes: Uint8Array }
  | { readonly call: 'encode'; readonly picture: Pixels; readonly options: EncodeOptions }
  | { readonly call: 'ping' };

/** Main thread to inference thread; `stop` lets what was asked before be answered, then ends the thread. */
export type ToWorker =
  | { readonly call: 'ask'; readonly id: number; readonly question: Question }
  | { readonly call: 'stop' };

/** An answer to the question of the same name; `failed` is a fault of ours, not of the picture. */
export type Answer =
  | { readonly call: 'detect'; readonly faces: readonly DetectedFace[] }
  | { readonly call: 'embed'; readonly embedding: Embedding }
  | { readonly call: 'decodeOwn'; readonly decoded: Decoded }
  | { readonly call: 'encode'; readonly bytes: Uint8Array }
  | { readonly call: 'ping' }
  | { readonly call: 'failed'; readonly message: string };

/** Inference thread to main thread: first whether it can work at all, then answers. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly recogniser: string }
  | { readonly kind: 'refused'; readonly outcome: PackFailure; readonly message: string }
  | { readonly kind: 'answer'; readonly id: number; readonly busyMs: number; readonly answer: Answer };
