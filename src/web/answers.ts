import type { Person, StoredFace, Stranger, Visit } from '../store/records.ts';
import type { StoreReads } from '../store/store.ts';
import type {
  FaceAnswer, PersonAnswer, StrangerAnswer, VisitAnswer, WholePersonAnswer, WholeVisitAnswer,
} from './shapes.ts'; // prettier-ignore
import { decidedOrNull } from '../store/visit-columns.ts';

const api = '/api/v1';

/** A visit as lists show it. */
export function visitAnswer(visit: Visit): VisitAnswer {
  const { id, phase, source, startedMs } = visit;
  return {
    id,
    phase,
    source,
    startedMs,
    personId: visit.personId ?? null,
    personName: visit.personName ?? null,
    strangerId: visit.strangerId ?? null,
    ...decidedOrNull(visit),
    picture: (visit.picture ?? visit.frames[0]) === undefined ? null : `${api}/visits/${id}/picture.jpg`,
    thumbnail: visit.thumbnail === undefined ? null : `${api}/visits/${id}/thumbnail.jpg`,
  };
}

/** A visit with everything its decision rested on and everybody who was told. */
export function wholeVisitAnswer(
  visit: Visit,
  read: Pick<StoreReads, 'triggersOf' | 'notificationsOf'>,
): WholeVisitAnswer {
  const { decision } = visit;
  return {
    ...visitAnswer(visit),
    frames: visit.frames.map((_, position) => `${api}/visits/${visit.id}/frames/${position}.jpg`),
    decision:
      decision === undefined
        ? null
        : { ...decision, candidates: [...decision.candidates], quality: decision.quality ?? null },
    trace: { ...visit.trace },
    triggers: read.triggersOf(visit.id).map(({ source, press, atMs }) => ({ source, press: press ?? null, atMs })),
    notifications: read.notificationsOf(visit.id).map((notification) => ({
      kind: notification.kind,
      channel: notification.channel,
      priority: notification.priority,
      status: notification.status,
      attempts: notification.attempts,
      lastError: notification.lastError ?? null,
      createdMs: notification.createdMs,
    })),
  };
}

function personFields(person: Person): Omit<WholePersonAnswer, 'faces'> {
  const { id, name, standing, notify, createdMs } = person;
  return { id, name, standing, notify, createdMs, mergedInto: person.mergedInto ?? null };
}

/** A person as lists show it. */
export function personAnswer(person: Person, faces: readonly StoredFace[]): PersonAnswer {
  const references = faces.filter(({ kind }) => kind === 'reference');
  const [first] = references;
  return {
    ...personFields(person),
    referenceFaces: references.length,
    picture: first === undefined ? null : facePicture(first.id),
  };
}

/** A person with every face kept of it. */
export function wholePersonAnswer(person: Person, faces: readonly StoredFace[]): WholePersonAnswer {
  return { ...personFields(person), faces: faces.map(faceAnswer) };
}

function faceAnswer(face: StoredFace): FaceAnswer {
  const { id, kind, source, createdMs, quality } = face;
  return { id, kind, source, createdMs, quality, visitId: face.visitId ?? null, picture: facePicture(id) };
}

function facePicture(faceId: string): string {
  return `${api}/faces/${faceId}.jpg`;
}

/** Somebody who was here and has no name yet. */
export function strangerAnswer(stranger: Stranger): StrangerAnswer {
  const { id, createdMs, lastSeenMs, visits } = stranger;
  const thumbnail = stranger.thumbnail === undefined ? null : `${api}/strangers/${id}/thumbnail.jpg`;
  return { id, createdMs, lastSeenMs, visits, thumbnail };
}
