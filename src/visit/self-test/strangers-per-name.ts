import { judgeNow } from './tally.ts';
import { judge, type PictureCase, type Truth, type VisitCase } from './truth.ts';
import type { Tried } from './try-face.ts';

/** Values that are tried for `recognition.strangersPerName`. */
const ladder = [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000] as const;
/** Visits that the household has named and the bell does not, before more strangers may be named for them. */
const missedVisitsMin = 2;
/** A wrong name is worse than no name (promise 3): worth as many names. */
const namesPerWrongName = 10;

export interface Cases {
  readonly pictures: readonly PictureCase[];
  readonly visits: readonly VisitCase[];
}

/** A face, and whose it is. */
interface Claim {
  readonly tried: Tried;
  readonly truth: Truth;
}

/**
 * At most one stranger in how many may be named, so that the household gets the fewest wrong names and misses the fewest
 * right ones; undefined when that is what holds, or when nobody has said enough. More strangers are named only for visits
 * that were missed, fewer only for names that were wrong.
 */
export function recommendStrangersPerName(cases: Cases, current: number): number | undefined {
  const claims = claimsOf(cases, current);
  const now = costOf(claims, current);
  const mayFall = cases.visits.filter((visit) => judgeNow(visit) === 'missed').length >= missedVisitsMin;
  const better = ladder
    .filter((choice) => choice > current || mayFall)
    .map((choice) => ({ choice, ...costOf(claims, choice) }))
    .filter(({ cost, wrong }) => cost < now.cost && wrong <= now.wrong);
  const stepsFromNow = (choice: number): number => Math.abs(Math.log(choice / current));
  return better.toSorted(
    (one, other) => one.cost - other.cost || stepsFromNow(one.choice) - stepsFromNow(other.choice),
  )[0]?.choice;
}

/** Where nobody has said who it was, the name of today is taken for right, and so is none. */
function claimsOf({ pictures, visits }: Cases, current: number): readonly Claim[] {
  const ofPictures = pictures.flatMap(({ person, tried }): Claim[] =>
    tried === undefined ? [] : [{ tried, truth: { kind: 'was', person, wasEnrolled: true } }],
  );
  const ofVisits = visits.flatMap(({ truth, isTaught, tried }): Claim[] =>
    tried === undefined || isTaught ? [] : [{ tried, truth: truth.kind === 'open' ? todays(tried, current) : truth }],
  );
  return [...ofPictures, ...ofVisits];
}

function todays(tried: Tried, current: number): Truth {
  const personId = nameAt(tried, current);
  return personId === undefined
    ? { kind: 'nobody' }
    : { kind: 'was', person: { personId, name: '' }, wasEnrolled: true };
}

function costOf(claims: readonly Claim[], choice: number): { readonly cost: number; readonly wrong: number } {
  const judged = claims.map(({ tried, truth }) => judge(truth, nameAt(tried, choice)));
  const wrong = judged.filter((one) => one === 'wrong').length;
  return { cost: wrong * namesPerWrongName + judged.filter((one) => one === 'missed').length, wrong };
}

/** Whom a face is given the name of when at most one stranger in so many is named. */
function nameAt({ nameable }: Tried, strangersPerName: number): string | undefined {
  return nameable !== undefined && strangersPerName <= nameable.strangersPerName ? nameable.personId : undefined;
}
