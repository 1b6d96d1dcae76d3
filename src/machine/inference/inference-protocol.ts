import type { DetectedFace, DetectEffort, Embedding, Landmarks } from '../../system/inference.ts';
import type { Box, Pixels } from '../../system/pixels.ts';
import type { PackFailure } from './pack-failure.ts';
import type { ModelPack } from './model-pack.ts';

/** What the inference thread is started with. */
export interface WorkerSettings {
  readonly pack: ModelPack;
  /** Threads of one net's run. */
  readonly threads: number;
}

/** What the main thread asks. Pictures cross as shared memory. */
export type Question =
  | { readonly call: 'detect'; readonly picture: Pixels; readonly effort: DetectEffort | Box }
  | {
      readonly call: 'embed';
      readonly picture: Pixels;
      readonly landmarks: Landmarks;
      readonly others: readonly Pixels[];
    }
  | { readonly call: 'ping' };

/** An answer to the question of the same name. */
export type Answer =
  | { readonly call: 'detect'; readonly faces: readonly DetectedFace[] }
  | { readonly call: 'embed'; readonly embedding: Embedding }
  | { readonly call: 'ping' };

/** Why the nets cannot be loaded. */
export interface PackRefusal {
  readonly outcome: PackFailure;
  readonly message: string;
}
