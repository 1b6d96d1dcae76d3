import type { Gallery } from '../people/gallery.ts';
import type { DeniedPerson, FaceCandidate } from '../people/face-match.ts';
import type { Embedding } from '../system/inference.ts';
import type { Pixels } from '../system/pixels.ts';
import { answerOf, type FaceInView, type Looked, type LookParts } from './detect.ts';

export interface EmbeddedFace extends FaceInView {
  /** Undefined for a face that recognition may not use. */
  readonly embedding: Embedding | undefined;
}

/** Below this light of a face, of 255, the noise of the sensor hides who it is, and several frames are averaged. */
const darkLightMax = 30;

/** A frame, its faces, and frames from a moment before or after it. */
interface SeenFaces {
  readonly picture: Pixels;
  readonly faces: readonly FaceInView[];
  readonly others?: readonly Pixels[];
}

/** Embeds the usable faces of a frame, most prominent first. */
export async function embed(parts: LookParts, seen: SeenFaces): Promise<Looked<readonly EmbeddedFace[]>> {
  const embedded: EmbeddedFace[] = [];
  for (const inView of seen.faces) {
    if (inView.complaint !== undefined) {
      embedded.push({ ...inView, embedding: undefined });
      continue;
    }
    const startedMs = parts.clock.uptimeMs();
    const { landmarks, quality } = inView.face;
    const others = quality.light < darkLightMax ? seen.others : undefined;
    const done = await answerOf(parts, parts.inference.embed(seen.picture, landmarks, others));
    if (done.outcome !== 'seen') {
      const trouble = { errorType: 'recognition-failed', severity: 'critical', reason: done.reason } as const;
      parts.tell('RECOGNITION_FAILED', { stage: 'embed', ...trouble });
      return done;
    }
    parts.tell('FRAME_PROCESSED', { stage: 'embed', durationMs: parts.clock.uptimeMs() - startedMs });
    embedded.push({ ...inView, embedding: done.value });
  }
  return { outcome: 'seen', value: embedded };
}

export interface MatchedFace extends EmbeddedFace {
  /** Nearest first; none for a face without an embedding. */
  readonly candidates: readonly FaceCandidate[];
  /** Who would be among them, had nobody said that this face is another's. */
  readonly denied?: readonly DeniedPerson[];
}

/** What one frame of a visit showed. */
export interface Sighting {
  /** The frame's. */
  readonly sequence: number;
  /** Most prominent first. */
  readonly faces: readonly MatchedFace[];
}

/** Looks every embedded face of a frame up in the household. */
export function match(gallery: Pick<Gallery, 'match'>, sequence: number, faces: readonly EmbeddedFace[]): Sighting {
  const matched = faces.map((face) => ({
    ...face,
    ...(face.embedding === undefined ? { candidates: [] } : gallery.match(face.embedding)),
  }));
  return { sequence, faces: matched };
}
