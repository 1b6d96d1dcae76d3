import type { DeniedPerson, FaceCandidate, Gallery } from '../people/gallery.ts';
import type { EmbeddedFace } from './embed.ts';

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
