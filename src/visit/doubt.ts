import { within } from '../system/deadline.ts';
import { wordsOf } from '../system/error-words.ts';
import type { FaceInFrame, PictureSign } from '../system/inference.ts';
import type { Verdict } from './decide.ts';
import type { Sighting } from './embed.ts';
import type { SavedFrames } from './saved-frames.ts';
import type { VisitParts } from './visit-parts.ts';
import type { VisitUnderWay } from './visit-under-way.ts';

/** Frames of a visit that are looked at for signs of a picture: seven milliseconds of processor time for three. */
const framesMax = 3;
/** The name waits no longer for them. */
const signsMsMax = 2000;

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
export async function doubtPicture(
  parts: VisitParts,
  visit: Pick<VisitUnderWay, 'id'>,
  { verdict, sightings, saved }: Decided,
): Promise<Verdict> {
  if (!parts.settings.recognition.liveness || verdict.best === undefined) return verdict;
  const signs = await signsIn(parts, visit, spread(facesAtHand(sightings, saved)));
  if (signs.length === 0) return verdict;
  const doubt = `may be a picture of a face: ${signs.map((sign) => words[sign]).join(', and ')}`;
  const outcome = verdict.outcome === 'known' ? 'probably' : verdict.outcome;
  return { ...verdict, outcome, doubt, reason: `${verdict.reason}; ${doubt}` };
}

export interface Decided {
  readonly verdict: Verdict;
  readonly sightings: readonly Sighting[];
  readonly saved: Pick<SavedFrames, 'frame'>;
}

async function signsIn(
  { clock, log, pictures }: VisitParts,
  { id }: Pick<VisitUnderWay, 'id'>,
  faces: readonly FaceInFrame[],
): Promise<readonly PictureSign[]> {
  const found = await within(clock, signsMsMax, pictures.signsOf(faces));
  if (found.outcome === 'done') return found.value;
  const reason = found.outcome === 'late' ? `it took longer than ${signsMsMax} ms` : wordsOf(found.error);
  log.warn('a visit is not looked at for signs of a picture', { correlation_id: id, reason });
  return [];
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
