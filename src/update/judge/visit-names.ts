/**
 * What two releases say about the same visits. Pure: the rehearsal asks it, and the probation.
 * Chosen: the household's word decides what is a false name, then what was said at the door and stands; rejected: the
 * incumbent's own word; why: after a bad release every better name would be a false one, and its fix refused for good.
 */
import type { VisitOutcome } from '../../system/outcome.ts';

/** One visit as one release decided it. */
export interface DecidedVisit {
  readonly outcome: VisitOutcome;
  /** Whom the visit was said to be; absent for strangers and when there was no face. */
  readonly personId?: string;
}

/** One visit as both have decided it, and what is stored of it. */
export interface NamedTwice {
  readonly own: DecidedVisit;
  /** Absent when it did not decide it. */
  readonly candidate?: DecidedVisit | undefined;
  /** As it stands in the household's list; `isHouseholds` when somebody of the household has said so. */
  readonly stored?: (DecidedVisit & { readonly isHouseholds: boolean }) | undefined;
  /** How far the incumbent found each person away, where 1 is the edge of "probably". */
  readonly farness?: Readonly<Record<string, number>> | undefined;
}

/** How the names of two releases compare; each visit counts once at most. */
export interface NameCounts {
  /** The household has said who it was, or that it was not: and the candidate alone names somebody else. */
  readonly denied: number;
  /** Both are sure, of two people, and nothing is stored that agrees with the candidate. */
  readonly other: number;
  /** The incumbent is sure that it is a stranger, and far from whom the candidate names. */
  readonly farFetched: number;
  /** The incumbent names somebody rightly, as far as anybody knows, and the candidate names nobody. */
  readonly lost: number;
  /** The candidate says what the household has said, or what stands, and the incumbent does not. */
  readonly righted: number;
  /** Visits that the incumbent names rightly, as far as anybody knows. */
  readonly known: number;
}

/** Beyond this a face is nobody that a better net could see in it. */
const farnessMax = 1.25;

export function compareNames(visits: readonly NamedTwice[]): NameCounts {
  const counts = { denied: 0, other: 0, farFetched: 0, lost: 0, righted: 0, known: 0 };
  for (const visit of visits) {
    const kind = kindOf(visit);
    if (isRightlyNamed(visit)) counts.known += 1;
    if (kind !== undefined) counts[kind] += 1;
  }
  return counts;
}

function kindOf(visit: NamedTwice): Exclude<keyof NameCounts, 'known'> | undefined {
  const { own, candidate, stored, farness = {} } = visit;
  const [ownName, name] = [sureName(own), sureName(candidate)];
  if (name === ownName) return undefined;
  if (stored?.isHouseholds === true) {
    if (name === sureName(stored)) return 'righted';
    if (name !== undefined) return 'denied';
    return isRightlyNamed(visit) ? 'lost' : undefined;
  }
  if (name === undefined) return 'lost';
  if (name === sureName(stored)) return 'righted';
  if (ownName !== undefined) return 'other';
  return own.outcome === 'stranger' && (farness[name] ?? Infinity) > farnessMax ? 'farFetched' : undefined;
}

/** Named, and the household does not say otherwise. */
function isRightlyNamed({ own, stored }: NamedTwice): boolean {
  const name = sureName(own);
  return name !== undefined && (stored?.isHouseholds !== true || name === sureName(stored));
}

/** Whom somebody is sure of. A wrong name is worse than no name: "probably" is no name yet. */
function sureName(decided: DecidedVisit | undefined): string | undefined {
  return decided?.outcome === 'known' ? decided.personId : undefined;
}
