import { isHouseholdsWord } from '../../store/households-word.ts';
import type { Person, StoredFace, Visit } from '../../store/records.ts';
import type { VisitOutcome } from '../../system/outcome.ts';
import { saidAtTheDoor, type Named, type Tried } from './try-face.ts';

/** What the household has said of a visit. `nobody`: it was not the one who was named, and nobody else since. */
export type Truth =
  | { readonly kind: 'was'; readonly person: Named; readonly wasEnrolled: boolean }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'open' };

export type Judged = 'right' | 'missed' | 'wrong';

/** A picture that was enrolled, tried against all others; one that cannot be is not tried. */
export interface PictureCase {
  readonly person: Named;
  readonly tried: Tried | undefined;
  /** This recogniser has not embedded it yet. */
  readonly isWaiting: boolean;
}

/** A visit of the last days, decided again from the one face that is kept of it. */
export interface VisitCase {
  readonly visitId: string;
  readonly truth: Truth;
  /** Its face is a reference picture, and is tried as that. */
  readonly isTaught: boolean;
  /** What was said at the door; undefined where nothing of it is kept. */
  readonly door: { readonly outcome: VisitOutcome; readonly personId: string | undefined } | undefined;
  readonly tried: Tried | undefined;
}

/** The household's word, or that it has enrolled the face of the visit. `ownerOf`: the person that somebody counts as. */
export function truthOf(
  visit: Visit,
  taught: readonly StoredFace[],
  ownerOf: (personId: string) => Person | undefined,
): Truth {
  if (isHouseholdsWord(visit.reason) && visit.personId === undefined) return { kind: 'nobody' };
  const reference = taught.find(({ kind }) => kind === 'reference');
  const person = ownerOf((isHouseholdsWord(visit.reason) ? visit.personId : reference?.personId) ?? '');
  if (person === undefined) return { kind: 'open' };
  const { id: personId, name, createdMs } = person;
  return { kind: 'was', person: { personId, name }, wasEnrolled: createdMs <= visit.startedMs };
}

/** What the bell said: of a visit that people have spoken of, by the figures that are kept. */
export function doorOf(visit: Visit, ownerOf: (personId: string) => Person | undefined): VisitCase['door'] {
  const { decision, outcome, personId, reason } = visit;
  if (!isHouseholdsWord(reason)) return outcome === undefined ? undefined : { outcome, personId };
  if (decision === undefined) return undefined;
  const said = saidAtTheDoor(decision);
  return { outcome: said.outcome, personId: ownerOf(said.personId ?? '')?.id };
}

/** Whether this is the right name for the face; undefined when nobody has said whose it is. */
export function judge(truth: Truth, personId: string | undefined): Judged | undefined {
  if (truth.kind === 'open') return undefined;
  if (truth.kind === 'nobody') return personId === undefined ? 'right' : 'wrong';
  if (personId === undefined) return 'missed';
  return personId === truth.person.personId ? 'right' : 'wrong';
}

/** The same of what was said at the door: whoever was not enrolled yet could not be named. */
export function judgeDoor({ truth, door }: Pick<VisitCase, 'truth' | 'door'>): Judged | undefined {
  if (door === undefined) return undefined;
  const couldBeNamed = truth.kind !== 'was' || truth.wasEnrolled;
  return couldBeNamed || door.personId !== undefined ? judge(truth, door.personId) : undefined;
}
