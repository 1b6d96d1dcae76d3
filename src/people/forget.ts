import { createHash } from 'node:crypto';

import { refusal, type DoneResult, type FaceRequest, type ForgetVisitRequest, type PersonRequest, type RemovalCertificate, type RemoveResult } from './acts.ts'; // prettier-ignore
import { clearFiles } from './home-files.ts';
import type { HouseholdParts } from './household-parts.ts';
import { StoreFault } from '../store/store.ts';

/**
 * Removes a person and everything that came from the person, backups of the database included: each holds the person.
 * Rows go first and files second; the store remembers the files, so that a power cut only postpones them.
 */
export async function removePerson(parts: HouseholdParts, { personId }: PersonRequest): Promise<RemoveResult> {
  if (parts.store.read.person(personId) === undefined)
    return refusal('no-such-person', `cannot find person ${personId}: it was removed, or never enrolled`);
  const { files, ...rows } = await parts.store.write('removePerson', { personId });
  parts.gallery.refresh();
  const { removed, left } = await clearFiles(parts, files);
  if (rows.backups > 0) await backUpAgain(parts);
  const pictures = removed.filter((file) => file.endsWith('.jpg')).length;
  const facts = { personId, removedAtMs: Math.round(parts.clock.wallMs()), ...rows, pictures, picturesLeft: left };
  return { outcome: 'removed', certificate: { ...facts, sha256: certificateSha256(facts) } };
}

/** SHA-256 over the certificate as JSON without its own hash, keys in alphabetical order. */
export function certificateSha256(facts: Omit<RemovalCertificate, 'sha256'>): string {
  const sorted = Object.entries(facts)
    .filter(([key]) => key !== 'sha256')
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(sorted)))
    .digest('hex');
}

/** Removes one reference face. The last one stays: a person without any is never recognised, and nobody sees why. */
export async function removeFace(parts: HouseholdParts, { faceId }: FaceRequest): Promise<DoneResult> {
  const face = parts.store.read.face(faceId);
  if (face === undefined || face.personId === undefined)
    return refusal('no-such-face', `cannot find face ${faceId}: it was removed, or never enrolled`);
  const references = parts.store.read.facesOf(face.personId).filter(({ kind }) => kind === 'reference');
  if (face.kind === 'reference' && references.length === 1)
    return refusal('last-face', 'cannot remove the only face of a person: add another first, or remove the person');
  await dropFace(parts, faceId);
  return { outcome: 'done' };
}

/** Row, gallery, file. */
export async function dropFace(parts: HouseholdParts, faceId: string): Promise<void> {
  const { files } = await parts.store.write('removeFace', { faceId });
  parts.gallery.forget(faceId);
  await clearFiles(parts, files);
}

export async function forgetVisit(parts: HouseholdParts, { visitId }: ForgetVisitRequest): Promise<DoneResult> {
  const visit = parts.store.read.visit(visitId);
  if (visit === undefined)
    return refusal('no-such-visit', `cannot find visit ${visitId}: it was forgotten, or never happened`);
  if (visit.phase !== 'decided')
    return refusal('visit-under-way', 'cannot forget this visit: it is still going on: try again in a moment');
  const face = parts.store.read.faceOfVisit(visitId);
  const { files } = await parts.store.write('removeVisit', { visitId });
  if (face !== undefined) parts.gallery.forget(face.id);
  await clearFiles(parts, files);
  return { outcome: 'done' };
}

/** The removal stands without it: a disk that is too full for a backup is only reported. */
async function backUpAgain({ store, home, clock, log }: HouseholdParts): Promise<void> {
  try {
    await store.write('backup', { path: `${home.backups}/after-removal-${Math.round(clock.wallMs())}.db` });
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    log.warn('cannot back up the database after a removal: the next backup is the first one without the person', {
      error,
    });
  }
}
