import type { NotifyRule, Standing } from '../store/records.ts';

/** Candidates of one match. The decision needs two; the others are kept for people to see. */
export const candidatesMax = 5;
/** A person who may be the one, by the nearest of the reference faces (those of merged people included). */
export interface FaceCandidate {
  readonly personId: string;
  readonly name: string;
  readonly standing: Standing;
  readonly notify: NotifyRule;
  /** By `Scoring`. */
  readonly distance: number;
  /** As how many independent faces the person counts for a stranger (`crowdOf`). Default: 1. */
  readonly crowd?: number;
  /** The nearest reference face. */
  readonly faceId: string;
}

export interface FaceMatch {
  /** Nearest first, one for each person, at most `candidatesMax`; nobody who was told apart from this face. */
  readonly candidates: readonly FaceCandidate[];
  /** Who was told apart from this face, at most `candidatesMax`, so that people can be told why a name is missing. */
  readonly denied?: readonly DeniedPerson[];
}

/** Somebody whose own faces may be near, but a face that "is not" this person is nearer. */
export interface DeniedPerson {
  readonly personId: string;
  readonly name: string;
  /** By `Scoring`, to the nearest reference face. */
  readonly distance: number;
  /** When somebody said so; wall clock. */
  readonly saidMs: number;
}

/** The nearest face found so far of one person. */
export interface Nearest {
  readonly slot: number;
  readonly row: number;
  readonly apart: number;
}

/** Keeps the list sorted, with one entry for each slot and no more than `candidatesMax`. */
export function insert(nearest: Nearest[], found: Nearest): void {
  const same = nearest.findIndex(({ slot }) => slot === found.slot);
  if (same >= 0) nearest.splice(same, 1);
  const place = nearest.findIndex(({ apart }) => apart > found.apart);
  nearest.splice(place < 0 ? nearest.length : place, 0, found);
  if (nearest.length > candidatesMax) nearest.pop();
}
