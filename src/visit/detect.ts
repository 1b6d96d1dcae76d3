import type { DetectedFace, DetectEffort } from '../system/inference.ts';
import type { Box, Pixels } from '../system/pixels.ts';
import { within } from '../system/deadline.ts';
import { complaintAbout, type FaceLimits } from './face-quality.ts';
import type { VisitParts } from './visit-parts.ts';
import { wordsOf } from '../system/error-words.ts';
import type { Tell } from './visit-under-way.ts';

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

/** `late` was waited for as long as may be, and may yet work; `blind` cannot. */
export type Looked<Value> = { readonly outcome: 'seen'; readonly value: Value } | Missed;

export interface Missed {
  readonly outcome: 'late' | 'blind';
  readonly reason: string;
}

export type LookParts = Pick<VisitParts, 'inference' | 'clock'> & {
  readonly tell: Tell;
  /** How long a look that begins now is waited for. */
  readonly patienceMs: () => number;
};

type DetectParts = LookParts & { readonly limits: FaceLimits };

/** The faces of a frame, or of a part of it, most prominent first. */
export async function detect(
  parts: DetectParts,
  picture: Pixels,
  look: DetectEffort | Box,
): Promise<Looked<readonly FaceInView[]>> {
  const startedMs = parts.clock.uptimeMs();
  await waitForNets(parts);
  const found = await answerOf(parts, parts.inference.detect(picture, look));
  const durationMs = parts.clock.uptimeMs() - startedMs;
  if (found.outcome !== 'seen') {
    const trouble = { errorType: 'detection-failed', severity: 'critical', reason: found.reason } as const;
    parts.tell('FACE_DETECTION_FAILED', { stage: 'detect', ...trouble });
    return found;
  }
  const effort = typeof look === 'string' ? look : 'part';
  parts.tell('FRAME_PROCESSED', { stage: 'detect', durationMs, effort, faces: found.value.length });
  return { outcome: 'seen', value: facesInView(found.value, picture, parts.limits) };
}

/** A quick look at the whole picture, and a thorough one when that found nobody: where no frame waits. */
export async function search(parts: DetectParts, picture: Pixels): Promise<Looked<readonly FaceInView[]>> {
  const found = await detect(parts, picture, 'quick');
  return found.outcome === 'seen' && found.value.length === 0 ? detect(parts, picture, 'thorough') : found;
}

/** Rates the faces of a picture: most prominent first, at most three. */
function facesInView(faces: readonly DetectedFace[], picture: Pixels, limits: FaceLimits): readonly FaceInView[] {
  return faces
    .map((face) => ({ face, prominence: prominenceOf(face, picture), complaint: complaintAbout(face, limits) }))
    .toSorted((a, b) => b.prominence - a.prominence)
    .slice(0, facesMax);
}

/** Waits for an answer of the nets: only a thread that says so, or has died, cannot answer. */
export async function answerOf<Value>(parts: LookParts, asked: Promise<Value>): Promise<Looked<Value>> {
  const patienceMs = parts.patienceMs();
  const answered = await within(parts.clock, patienceMs, asked);
  switch (answered.outcome) {
    case 'done':
      return { outcome: 'seen', value: answered.value };
    case 'failed':
      return { outcome: 'blind', reason: wordsOf(answered.error) };
    case 'late':
      return { outcome: 'late', reason: `no answer for ${Math.round(patienceMs)} ms` };
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
