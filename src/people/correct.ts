import { refusal, type CorrectRequest, type CorrectResult, type NameStrangerRequest, type NameStrangerResult, type PictureRefusal, type Refusal } from './acts.ts'; // prettier-ignore
import { dropFace } from './forget.ts';
import { removeFiles } from './home-files.ts';
import type { HouseholdParts } from './household-parts.ts';
import { draftFace, keepFace } from './keep-face.ts';
import { qualityRefusal } from './quality-gate.ts';
import { studyStoredFace, type StudiedFace } from './study.ts';
import { pupilFor, standalonePerson, teach, type Lesson } from './teach.ts';
import type { StoredFace, Visit } from '../store/records.ts';
import type { FaceQuality } from '../system/inference.ts';

/** "Not this person" faces kept of one person; the oldest goes. */
const negativeFacesMax = 100;
/** A stranger's past visits that are looked through for faces, and the faces that are enrolled at once. */
const strangerVisitsMax = 100;
const strangerFacesEnrolled = 5;

/** What a person says of a visit holds: the row, and what the household learns from it. */
export async function correctVisit(parts: HouseholdParts, request: CorrectRequest): Promise<CorrectResult> {
  const visit = parts.store.read.visit(request.visitId);
  if (visit === undefined)
    return refusal('no-such-visit', `cannot find visit ${request.visitId}: it was forgotten, or never happened`);
  if (visit.phase !== 'decided')
    return refusal('visit-under-way', 'cannot correct this visit: it is still going on: try again in a moment');
  return request.verdict.kind === 'was' ? itWas(parts, visit, request.verdict.personId) : itWasNot(parts, visit);
}

async function itWas(parts: HouseholdParts, visit: Visit, personId: string): Promise<CorrectResult> {
  const found = standalonePerson(parts, personId);
  if (found.outcome === 'refused') return found;
  const reason = `You said that this was ${found.person.name}.`;
  const wrong = visit.personId === undefined || visit.personId === personId ? undefined : visit.personId;
  const studied = await studyVisitFace(parts, visit);
  await parts.store.write('correctVisit', { visitId: visit.id, personId, outcome: 'known', reason });
  if (studied !== undefined)
    for (const faceId of parts.gallery.negativesAgainst(personId, studied.vector)) await dropFace(parts, faceId);
  const toldApartFrom =
    wrong !== undefined && (await tellApart(parts, visit, { personId: wrong, studied })) ? [wrong] : [];
  parts.gallery.refresh();
  return { outcome: 'corrected', toldApartFrom };
}

async function itWasNot(parts: HouseholdParts, visit: Visit): Promise<CorrectResult> {
  const { personId, personName } = visit;
  if (personId === undefined)
    return refusal('visit-not-named', 'cannot correct this visit: it bears no name: say who it was instead');
  const reason = `You said that this was not ${personName ?? 'the person named'}.`;
  const studied = await studyVisitFace(parts, visit);
  await parts.store.write('correctVisit', { visitId: visit.id, personId: null, outcome: 'stranger', reason });
  const toldApartFrom = (await tellApart(parts, visit, { personId, studied })) ? [personId] : [];
  parts.gallery.refresh();
  return { outcome: 'corrected', toldApartFrom };
}

/** Keeps the visit's face as one that the person does not have, and no longer as one of the person's own. */
async function tellApart(
  parts: HouseholdParts,
  visit: Visit,
  { personId, studied }: { readonly personId: string; readonly studied: StudiedFace | undefined },
): Promise<boolean> {
  const faces = parts.store.read.facesOf(personId);
  const taughtWrong = faces.filter(({ kind, visitId }) => kind === 'reference' && visitId === visit.id);
  for (const { id } of taughtWrong) await dropFace(parts, id);
  if (studied === undefined) return false;
  const negatives = faces.filter(({ kind }) => kind === 'negative'); // First recorded first.
  for (const { id } of negatives.slice(0, Math.max(0, negatives.length + 1 - negativeFacesMax)))
    await dropFace(parts, id);
  const draft = await draftFace(parts, { kind: 'negative', source: 'visit', visitId: visit.id, studied });
  try {
    await keepFace(parts, { ...draft, personId });
  } catch (error) {
    await removeFiles(parts, [draft.picture]);
    throw error;
  }
  return true;
}

async function studyVisitFace(parts: HouseholdParts, visit: Visit): Promise<StudiedFace | undefined> {
  const face = parts.store.read.faceOfVisit(visit.id);
  if (face === undefined) return undefined;
  const studied = await studyStoredFace(parts, face);
  if (studied.outcome === 'studied') return studied;
  parts.log.warn('cannot learn from a visit', { visitId: visit.id, reason: studied.message });
  return undefined;
}

/** Gives a stranger a name: past visits bear it, and the best faces of them are enrolled. */
export async function nameStranger(parts: HouseholdParts, request: NameStrangerRequest): Promise<NameStrangerResult> {
  const { strangerId } = request;
  const stranger = parts.store.read.stranger(strangerId);
  if (stranger === undefined)
    return refusal(
      'no-such-stranger',
      `cannot find stranger ${strangerId}: there is none, or all of the visits were forgotten`,
    );
  if (stranger.personId !== undefined)
    return refusal('stranger-named', 'cannot name this stranger: it has a name already: rename or merge that person');
  const pupil = pupilFor(parts, request.who);
  if (pupil.outcome === 'refused') return pupil;
  const { lessons, refusals } = await lessonsFrom(parts, strangerId);
  const taught = await teach(parts, pupil, { lessons, isSomebodyElse: false });
  const { person, isNew } = pupil;
  if (isNew && taught.faces.length === 0) await parts.store.write('addPerson', person);
  const reason = `You named this visitor ${person.name}.`;
  const { visits } = await parts.store.write('nameStranger', { strangerId, personId: person.id, reason });
  parts.gallery.refresh();
  return { outcome: 'named', person, isNew, visits, faces: taught.faces, refusals: [...refusals, ...taught.refusals] };
}

/** The best faces of a stranger's visits, and why the others are not good enough. */
async function lessonsFrom(
  parts: HouseholdParts,
  strangerId: string,
): Promise<{ readonly lessons: readonly Lesson[]; readonly refusals: readonly PictureRefusal[] }> {
  const refusals: PictureRefusal[] = [];
  const good: StoredFace[] = [];
  for (const { id } of parts.store.read.visits({ strangerId, limit: strangerVisitsMax })) {
    const face = parts.store.read.faceOfVisit(id);
    if (face === undefined) continue;
    const poor = qualityRefusal(face.quality, parts.recognition);
    if (poor === undefined) good.push(face);
    else refusals.push(labelled(poor, id));
  }
  const best = good.toSorted((a, b) => worth(b.quality) - worth(a.quality)).slice(0, strangerFacesEnrolled);
  const lessons: Lesson[] = [];
  for (const face of best) {
    const visitId = face.visitId ?? '';
    const studied = await studyStoredFace(parts, face);
    if (studied.outcome === 'refused') refusals.push(labelled(studied, visitId));
    else lessons.push({ label: `visit ${visitId}`, source: 'visit', visitId, studied });
  }
  return { lessons, refusals };
}

function labelled(refused: Refusal, visitId: string): PictureRefusal {
  return { ...refused, label: `visit ${visitId}` };
}

/** Large, sharp and frontal first. */
function worth({ widthPx, sharpness, yawDeg }: FaceQuality): number {
  return widthPx * Math.sqrt(sharpness) * Math.cos((yawDeg * Math.PI) / 180);
}
