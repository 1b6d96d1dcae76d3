import { refusal, type EnrolRequest, type EnrolResult, type PictureRefusal, type Refusal } from './acts.ts';
import type { HouseholdParts } from './household-parts.ts';
import { qualityRefusal } from './quality-gate.ts';
import { studyFile, studyPicture, studyStoredFace, type StudiedFace } from './study.ts';
import { pupilFor, teach, type Lesson } from './teach.ts';
import type { Pixels } from '../system/pixels.ts';

/** Pictures looked at in one act. */
const picturesMax = 20;

type Lessons = { readonly lessons: readonly Lesson[]; readonly refusals: readonly PictureRefusal[] };

/** Teaches the household a person from pictures, and makes the person when it is new. */
export async function enrol(parts: HouseholdParts, request: EnrolRequest): Promise<EnrolResult> {
  const pupil = pupilFor(parts, request.who);
  if (pupil.outcome === 'refused') return pupil;
  const count = pictureCount(request);
  if (count === 0) return noPicture(request.from);
  if (count > picturesMax)
    return refusal('too-many-pictures', `cannot look at ${count} pictures at once: give at most ${picturesMax}`);

  const studied = await lessonsFrom(parts, request);
  const isSomebodyElse = request.isSomebodyElse ?? false;
  const taught = await teach(parts, pupil, { lessons: studied.lessons, isSomebodyElse });
  const refusals = [...studied.refusals, ...taught.refusals];
  const { person, isNew } = pupil;
  if (taught.faces.length === 0) return { ...summary(person.name, refusals), refusals };
  return { outcome: 'enrolled', person, isNew, faces: taught.faces, refusals };
}

/** Who stands at a camera that shows nothing is not to blame. */
function noPicture(from: EnrolRequest['from']): Refusal {
  if (from.kind !== 'camera') return refusal('no-picture', 'cannot enrol anybody without a picture: give at least one');
  const why = from.trouble ?? 'it has shown none in the last seconds';
  return refusal(
    'no-picture',
    `cannot enrol from the camera: it gives no pictures: ${why}: mend it, or send a picture`,
  );
}

function pictureCount({ from }: EnrolRequest): number {
  if (from.kind === 'files') return from.files.length;
  return from.kind === 'camera' ? from.frames.length : 1;
}

async function lessonsFrom(parts: HouseholdParts, { from }: EnrolRequest): Promise<Lessons> {
  switch (from.kind) {
    case 'files': {
      const lessons: Lesson[] = [];
      const refusals: PictureRefusal[] = [];
      for (const { label, ...file } of from.files) {
        const studied = await studyFile(parts, file);
        if (studied.outcome === 'refused') refusals.push({ ...studied, label });
        else lessons.push({ label, source: 'file', visitId: undefined, studied });
      }
      return { lessons, refusals };
    }
    case 'camera':
      return lessonOf(await studyBest(parts, from.frames), { label: "the camera's picture", source: 'camera' });
    case 'visit':
      return lessonOf(await studyVisit(parts, from.visitId), {
        label: `visit ${from.visitId}`,
        source: 'visit',
        visitId: from.visitId,
      });
  }
}

function lessonOf(
  studied: StudiedFace | Refusal,
  origin: { readonly label: string; readonly source: Lesson['source']; readonly visitId?: string },
): Lessons {
  const { label, source, visitId } = origin;
  if (studied.outcome === 'refused') return { lessons: [], refusals: [{ ...studied, label }] };
  return { lessons: [{ label, source, visitId, studied }], refusals: [] };
}

/** The sharpest usable face of a burst; when none is usable, why the last frame's is not. */
async function studyBest(parts: HouseholdParts, frames: readonly Pixels[]): Promise<StudiedFace | Refusal> {
  let best: StudiedFace | undefined;
  let refused: Refusal = refusal('no-picture', 'cannot enrol from the camera: it gives no picture: check the camera');
  for (const frame of frames) {
    const studied = await studyPicture(parts, frame);
    if (studied.outcome === 'refused') refused = studied;
    else if (best === undefined || studied.quality.sharpness > best.quality.sharpness) best = studied;
  }
  return best ?? refused;
}

async function studyVisit(parts: HouseholdParts, visitId: string): Promise<StudiedFace | Refusal> {
  if (parts.store.read.visit(visitId) === undefined)
    return refusal('no-such-visit', `cannot find visit ${visitId}: it was forgotten, or never happened`);
  const face = parts.store.read.faceOfVisit(visitId);
  if (face === undefined)
    return refusal('no-face', 'cannot enrol from this visit: no face was seen in it: choose another visit');
  return qualityRefusal(face.quality, parts.recognition) ?? studyStoredFace(parts, face);
}

/** One picture: its own refusal. Several: all of them, each under its name. */
function summary(name: string, refusals: readonly PictureRefusal[]): Refusal {
  const [first] = refusals;
  const reason = first?.reason ?? 'no-picture';
  if (first !== undefined && refusals.length === 1) return refusal(reason, first.message);
  const each = refusals.map(({ label, message }) => `${label}: ${message}`).join('; ');
  return refusal(reason, `cannot enrol ${name}: none of the ${refusals.length} pictures can be used: ${each}`);
}
