import { refusal, type EnrolledFace, type PictureRefusal, type Refusal, type Who } from './acts.ts';
import { removeFiles } from './home-files.ts';
import type { HouseholdParts } from './household-parts.ts';
import { draftFace, keepFace, type DraftFace } from './keep-face.ts';
import { freeName } from './name.ts';
import { storageRefusal } from './storage-refusal.ts';
import type { StudiedFace } from './study.ts';
import { distanceFor } from '../face/chance.ts';
import type { FaceSource, Person } from '../store/records.ts';
import type { Embedding } from '../system/inference.ts';

/** People a household may have, merged ones included. */
export const peopleMax = 10_000;
/** Reference faces a person may have. More do not recognise better, and each costs time at every match. */
export const referenceFacesMax = 20;
/** Two pictures this near are the same picture, coded again or scaled. Different ones of a person: 0.1 and more. */
const samePictureDistance = 0.06;
/** Who is to be taught: somebody of the household, or somebody about to join it. */
interface Pupil {
  readonly outcome: 'pupil';
  readonly person: Person;
  readonly isNew: boolean;
}

/** A usable face and where it came from. */
export interface Lesson {
  readonly label: string;
  readonly source: FaceSource;
  readonly visitId: string | undefined;
  readonly studied: StudiedFace;
}

interface Taught {
  readonly faces: readonly EnrolledFace[];
  readonly refusals: readonly PictureRefusal[];
}

/** The person meant, or a new one with a free name, not yet stored. */
export function pupilFor(parts: HouseholdParts, who: Who): Pupil | Refusal {
  if ('personId' in who) {
    const person = standalonePerson(parts, who.personId);
    return person.outcome === 'refused' ? person : { outcome: 'pupil', person: person.person, isNew: false };
  }
  const people = parts.store.read.people();
  if (people.length >= peopleMax)
    return refusal(
      'household-full',
      `cannot add a person: the household has ${people.length}, ${peopleMax} at most: remove somebody first`,
    );
  const free = freeName(who.name, people);
  if (free.outcome === 'refused') return free;
  const person: Person = {
    id: parts.random.id(),
    name: free.name,
    standing: 'household',
    notify: 'default',
    createdMs: Math.round(parts.clock.wallMs()),
    mergedInto: undefined,
  };
  return { outcome: 'pupil', person, isNew: true };
}

/** A person by id who is not merged into another. */
export function standalonePerson(
  { store }: Pick<HouseholdParts, 'store'>,
  personId: string,
): { readonly outcome: 'found'; readonly person: Person } | Refusal {
  const person = store.read.person(personId);
  if (person === undefined)
    return refusal('no-such-person', `cannot find person ${personId}: it was removed, or never enrolled`);
  if (person.mergedInto === undefined) return { outcome: 'found', person };
  const other = store.read.person(person.mergedInto)?.name ?? 'another person';
  return refusal('merged', `cannot change ${person.name}: merged into ${other}: change that person, or un-merge first`);
}

/**
 * Stores the lessons that do not confuse the household, and the person with them when it is new. A new person without
 * a single lesson kept is not stored.
 */
export async function teach(
  parts: HouseholdParts,
  pupil: Pupil,
  { lessons, isSomebodyElse }: { readonly lessons: readonly Lesson[]; readonly isSomebodyElse: boolean },
): Promise<Taught> {
  const accepted: Lesson[] = [];
  const refusals: PictureRefusal[] = [];
  for (const lesson of lessons) {
    const vectors = accepted.map(({ studied }) => studied.vector);
    const refused =
      fullRefusal(parts, pupil, accepted.length) ??
      likenessRefusal(parts, pupil, { vector: lesson.studied.vector, vectors, isSomebodyElse });
    if (refused === undefined) accepted.push(lesson);
    else refusals.push({ ...refused, label: lesson.label });
  }
  if (accepted.length === 0) return { faces: [], refusals };
  const kept = await keepLessons(parts, pupil, accepted);
  return { faces: kept.faces, refusals: [...refusals, ...kept.refusals] };
}

function fullRefusal(parts: HouseholdParts, { person, isNew }: Pupil, accepted: number): Refusal | undefined {
  const enrolled = isNew ? 0 : parts.store.read.facesOf(person.id).filter(({ kind }) => kind === 'reference').length;
  if (enrolled + accepted < referenceFacesMax) return undefined;
  const message = `cannot add another picture of ${person.name}: ${referenceFacesMax} is the most: remove one first`;
  return refusal('person-full', message);
}

interface Newcomer {
  readonly vector: Embedding;
  /** Of the same act, accepted before. */
  readonly vectors: readonly Embedding[];
  readonly isSomebodyElse: boolean;
}

/** Why a face would blur who is who; undefined when it would not. */
function likenessRefusal({ gallery, recognition }: HouseholdParts, pupil: Pupil, face: Newcomer): Refusal | undefined {
  const { person, isNew } = pupil;
  const toStored = isNew ? undefined : gallery.unlikenessTo(person.id, face.vector);
  const others = face.vectors.map((one) => gallery.unlikeness(one, face.vector));
  const own = Math.min(toStored ?? Number.POSITIVE_INFINITY, ...others);
  if (own < samePictureDistance)
    return refusal(
      'picture-enrolled',
      `cannot add this picture of ${person.name}: it is enrolled already: use another`,
    );
  const other = gallery.match(face.vector).candidates.find(({ personId }) => personId !== person.id);
  const known = distanceFor(1 / recognition.strangersPerKnown, other?.crowd ?? 1);
  if (!face.isSomebodyElse && other !== undefined && other.distance < known)
    return refusal(
      'like-another-person',
      `cannot enrol this face as ${person.name}: it looks like ${other.name} (distance ${other.distance.toFixed(2)}, ` +
        `under ${known.toFixed(2)}): if it is ${other.name}, add it there; if they are two people, say so and try again`,
    );
  if (Number.isFinite(own) && own > gallery.scoring.unlike)
    return refusal(
      'unlike-this-person',
      `cannot enrol this face as ${person.name}: it looks like somebody else (distance ${own.toFixed(2)} to the ` +
        `nearest picture of ${person.name}): check whose picture it is`,
    );
  return undefined;
}

/** All files first, then the person, then the rows: what is interrupted leaves nothing but files without rows. */
async function keepLessons(
  parts: HouseholdParts,
  { person, isNew }: Pupil,
  lessons: readonly Lesson[],
): Promise<Taught> {
  const drafts: (DraftFace & { readonly label: string })[] = [];
  try {
    for (const { label, studied, source, visitId } of lessons) {
      const draft = await draftFace(parts, { kind: 'reference', source, visitId, studied });
      drafts.push({ ...draft, personId: person.id, label });
    }
    if (isNew) await parts.store.write('addPerson', person);
  } catch (error) {
    await removeFiles(parts, picturesOf(drafts));
    throw error;
  }
  const faces: EnrolledFace[] = [];
  const refusals: PictureRefusal[] = [];
  for (const { label, ...draft } of drafts) {
    try {
      await keepFace(parts, draft);
      faces.push({ faceId: draft.id, label });
    } catch (error) {
      await removeFiles(parts, [draft.picture]);
      refusals.push({ ...storageRefusal(error), label });
    }
  }
  if (isNew && faces.length === 0) await parts.store.write('removePerson', { personId: person.id });
  return { faces, refusals };
}

function picturesOf(drafts: readonly DraftFace[]): readonly string[] {
  return drafts.map(({ picture }) => picture);
}
