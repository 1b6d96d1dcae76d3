import { signsOfPicture, type PictureSign } from '../face/picture-signs.ts';
import type { FaceInFrame } from '../face/moving-edge.ts';
import type { Verdict } from './decide.ts';
import type { Sighting } from './embed.ts';
import type { SavedFrames } from './saved-frames.ts';

/** Frames of a visit that are looked at for signs of a picture: seven milliseconds of processor time for three. */
const framesMax = 3;

const words: Readonly<Record<PictureSign, string>> = {
  edge: 'straight edges around it move with it',
  grid: 'a grid lies over it, as the pixels of a screen do',
};

/**
 * Marks a visit whose face may be a picture of one, by frames that are at hand when it is decided. It is known no longer
 * then, and the reason says why. Whoever decides again from the frames that are kept does not ask: two of them show little,
 * and releases are compared by whom they see.
 *
 * - Chosen: a warning that leaves the name; rejected: to refuse it; why: it sees poor pictures and misses good ones.
 */
export function doubtPicture(
  verdict: Verdict,
  sightings: readonly Sighting[],
  saved: Pick<SavedFrames, 'frame'>,
): Verdict {
  const signs = signsOfPicture(spread(facesAtHand(sightings, saved)));
  if (verdict.best === undefined || signs.length === 0) return verdict;
  const doubt = `may be a picture of a face: ${signs.map((sign) => words[sign]).join(', and ')}`;
  const outcome = verdict.outcome === 'known' ? 'probably' : verdict.outcome;
  return { ...verdict, outcome, doubt, reason: `${verdict.reason}; ${doubt}` };
}

/** The visitor's face in the frames that are still held, first to last. */
function facesAtHand(sightings: readonly Sighting[], saved: Pick<SavedFrames, 'frame'>): readonly FaceInFrame[] {
  return sightings
    .toSorted((one, other) => one.sequence - other.sequence)
    .flatMap(({ sequence, faces: [seen] }) => {
      const picture = saved.frame(sequence);
      if (seen?.embedding === undefined || picture === undefined) return [];
      return [{ picture, landmarks: seen.face.landmarks, widthPx: seen.face.quality.widthPx }];
    });
}

/** As far apart in time as they are. */
function spread(faces: readonly FaceInFrame[]): readonly FaceInFrame[] {
  if (faces.length <= framesMax) return faces;
  const places = Array.from({ length: framesMax }, (_, at) => Math.round((at * (faces.length - 1)) / (framesMax - 1)));
  return faces.filter((_, at) => places.includes(at));
}
