import type { DetectedFace, DetectEffort } from '../system/inference.ts';
import type { Pixels } from '../system/pixels.ts';
import { within } from '../system/deadline.ts';
import { complaintAbout, type FaceLimits } from './face-quality.ts';
import type { VisitParts } from './visit-parts.ts';
import { wordsOf } from '../system/error-words.ts';
import type { Tell } from './visit-under-way.ts';

/** One look of a net may take this long; then recognition is taken for dead and the visit goes on without. */
export const inferenceMsMax = 3000;
/** Somebody may ring right after power-on: the nets may take this long to load before that. */
const loadMsMax = 30_000;
/** Faces of a frame that are looked at further. */
const facesMax = 3;

/** A face of a frame, and whether recognition may use it. */
export interface FaceInView {
  readonly face: DetectedFace;
  /** Large and central is prominent; the most prominent face is taken for the visitor. */
  readonly prominence: number;
  /** Why it cannot be recognised, in words; undefined when it can. */
  readonly complaint: string | undefined;
}

export type Looked<Value> =
  | { readonly outcome: 'seen'; readonly value: Value }
  | { readonly outcome: 'blind'; readonly reason: string };

export type LookParts = Pick<VisitParts, 'inference' | 'clock'> & {
  readonly tell: Tell;
  /** Instead of `inferenceMsMax`, where nobody stands at the door. */
  readonly patienceMs?: number;
};

type DetectParts = LookParts & { readonly limits: FaceLimits };

/** The faces of a frame, most prominent first: a quick look, and a thorough one when that found nothing. */
export async function detect(parts: DetectParts, picture: Pixels): Promise<Looked<readonly FaceInView[]>> {
  const startedMs = parts.clock.uptimeMs();
  let effort: DetectEffort = 'quick';
  let found = await lookWith(parts, picture, effort);
  if (found.outcome === 'seen' && found.value.length === 0) {
    effort = 'thorough';
    found = await lookWith(parts, picture, effort);
  }
  const durationMs = parts.clock.uptimeMs() - startedMs;
  if (found.outcome === 'blind') {
    const trouble = { errorType: 'detection-failed', severity: 'critical', reason: found.reason } as const;
    parts.tell('FACE_DETECTION_FAILED', { stage: 'detect', ...trouble });
    return found;
  }
  parts.tell('FRAME_PROCESSED', { stage: 'detect', durationMs, effort, faces: found.value.length });
  return { outcome: 'seen', value: facesInView(found.value, picture, parts.limits) };
}

/** Rates the faces of a picture: most prominent first, at most three. */
function facesInView(faces: readonly DetectedFace[], picture: Pixels, limits: FaceLimits): readonly FaceInView[] {
  return faces
    .map((face) => ({ face, prominence: prominenceOf(face, picture), complaint: complaintAbout(face, limits) }))
    .toSorted((a, b) => b.prominence - a.prominence)
    .slice(0, facesMax);
}

async function lookWith(
  parts: DetectParts,
  picture: Pixels,
  effort: DetectEffort,
): Promise<Looked<readonly DetectedFace[]>> {
  const { clock, inference, patienceMs = inferenceMsMax } = parts;
  await waitForNets(parts);
  const looked = await within(clock, patienceMs, inference.detect(picture, effort));
  switch (looked.outcome) {
    case 'done':
      return { outcome: 'seen', value: looked.value };
    case 'failed':
      return { outcome: 'blind', reason: wordsOf(looked.error) };
    case 'late':
      return { outcome: 'blind', reason: `no answer for ${patienceMs} ms` };
  }
}

/** True when it had to wait for them. */
export async function waitForNets({ clock, inference }: Pick<DetectParts, 'clock' | 'inference'>): Promise<boolean> {
  if (inference.loading === undefined) return false;
  await within(clock, loadMsMax, inference.loading);
  return true;
}

/** The width of the face; a face at the edge of the picture counts half. */
function prominenceOf(face: DetectedFace, picture: Pixels): number {
  const { x, y, width, height } = face.box;
  const awayX = Math.abs(x + width / 2 - picture.width / 2) / (picture.width / 2);
  const awayY = Math.abs(y + height / 2 - picture.height / 2) / (picture.height / 2);
  return width * (1 - Math.min(1, Math.hypot(awayX, awayY) / Math.SQRT2) / 2);
}
