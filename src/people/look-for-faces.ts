import type { DetectedFace, Inference } from '../system/inference.ts';
import type { Lend, Pixels } from '../system/pixels.ts';
import { padWithGrey, type PaddedPicture } from './face-crop.ts';
import { isSure } from './quality-gate.ts';

/** What a picture shows. */
export interface Look {
  readonly faces: readonly DetectedFace[];
  /** The picture that the faces' pixels count in: the one given, or that one with grey around it, from `left`, `top` on. */
  readonly looked: PaddedPicture;
}

/**
 * The cheap look at a picture first; only one without a sure face is looked at longer, and last with grey around it. With
 * no sure face at all, the first doubtful ones.
 */
export async function lookForFaces(inference: Pick<Inference, 'detect'>, picture: Pixels, lend?: Lend): Promise<Look> {
  let doubtful: Look | undefined;
  for (const ready of [() => ({ ...picture, left: 0, top: 0, scale: 1 }), () => padWithGrey(picture, lend)]) {
    const looked = ready();
    for (const effort of ['quick', 'thorough'] as const) {
      const faces = await inference.detect(looked, effort);
      if (faces.some(isSure)) return { faces, looked };
      if (faces.length > 0) doubtful ??= { faces, looked };
    }
  }
  return doubtful ?? { faces: [], looked: { ...picture, left: 0, top: 0, scale: 1 } };
}
