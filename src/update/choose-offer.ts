import { compareVersions } from '../release/version.ts';
import { rejectionOf, type TrialRecord } from '../slot/trial-record.ts';
import type { Offer, SeenSource, SetAside } from './offer.ts';

/** Why no offer has its turn. */
export type IdleReason = 'nothing-new' | 'not-newer' | 'rejected' | 'set-aside';

/** Whose turn it is. */
export interface Choice {
  readonly offer?: Offer;
  /** Why there is none. */
  readonly idle: IdleReason;
  /** When an offer that was set aside, or whose source rests, has its turn again (`clock.uptimeMs()`). */
  readonly nextTurnMs: number;
}

/** What was offered, and what of it was set aside. */
export interface Offered {
  readonly seen: readonly SeenSource[];
  readonly aside: readonly SetAside[];
}

/** What the choice depends on beside the offers. */
export interface ChoiceFacts {
  readonly nowMs: number;
  readonly record: TrialRecord;
  readonly runningVersion: string;
}

type Standing =
  | { readonly isOpen: true }
  | { readonly isOpen: false; readonly idle: IdleReason; readonly untilMs: number };

/**
 * The best of everything that the sources offer. The owner's hand comes first, then what the owner agreed to, then what was
 * not set aside before, then the newest. What cannot be taken now stands back for the others and for nobody else's time.
 */
export function chooseOffer({ seen, aside }: Offered, facts: ChoiceFacts): Choice {
  const asideOf = new Map(aside.map((entry) => [entry.file, entry]));
  const open: Offer[] = [];
  let idle: IdleReason = 'nothing-new';
  let nextTurnMs = Number.POSITIVE_INFINITY;
  for (const { offers, restUntilMs } of seen)
    for (const offer of offers) {
      const standing = standingOf(offer, { restUntilMs, aside: asideOf.get(offer.file), facts });
      if (standing.isOpen) open.push(offer);
      else {
        idle = idleOrder.indexOf(standing.idle) > idleOrder.indexOf(idle) ? standing.idle : idle;
        nextTurnMs = Math.min(nextTurnMs, standing.untilMs);
      }
    }
  const timesOf = ({ file }: Offer): number => asideOf.get(file)?.times ?? 0;
  const ranks = ({ record: { agreedTo } }: ChoiceFacts, offer: Offer): readonly number[] =>
    [offer.isOrdered ? 0 : 1, offer.file === agreedTo ? 0 : 1, timesOf(offer)]; // prettier-ignore
  const [offer] = open.toSorted(
    (one, other) =>
      firstDifference(ranks(facts, one), ranks(facts, other)) ||
      compareVersions(other.version ?? '', one.version ?? ''),
  );
  return { idle, nextTurnMs, ...(offer === undefined ? {} : { offer }) };
}

const idleOrder: readonly IdleReason[] = ['nothing-new', 'not-newer', 'rejected', 'set-aside'];

interface StandingFacts {
  readonly restUntilMs: number;
  readonly aside: SetAside | undefined;
  readonly facts: ChoiceFacts;
}

function standingOf(offer: Offer, { restUntilMs, aside, facts }: StandingFacts): Standing {
  const { record, nowMs } = facts;
  const never = Number.POSITIVE_INFINITY;
  if (offer.path === undefined) {
    // What lies on this machine is read first, which costs nothing, and then said to be so.
    if (rejectionOf(record, { file: offer.file }) !== undefined)
      return { isOpen: false, idle: 'rejected', untilMs: never };
    // A hint, and it can only make a source lose its own offer.
    if (offer.version !== undefined && !isNewest(offer.version, facts))
      return { isOpen: false, idle: 'not-newer', untilMs: never };
  }
  if (aside !== undefined && (aside.untilMs > nowMs || aside.isPutAway)) {
    const idle = aside.reason === 'not-newer' || aside.reason === 'older' ? 'not-newer' : 'set-aside';
    return { isOpen: false, idle: aside.reason === 'rejected' ? 'rejected' : idle, untilMs: aside.untilMs };
  }
  return restUntilMs > nowMs ? { isOpen: false, idle: 'set-aside', untilMs: restUntilMs } : { isOpen: true };
}

/** Newer than what runs, and than everything that was ever committed here. */
export function isNewest(
  version: string,
  { record, runningVersion }: { readonly record: TrialRecord; readonly runningVersion: string },
): boolean {
  const newest = record.newestCommitted?.version ?? runningVersion;
  return compareVersions(version, runningVersion) > 0 && compareVersions(version, newest) > 0;
}

function firstDifference(one: readonly number[], other: readonly number[]): number {
  for (const [place, rank] of one.entries()) if (rank !== other[place]) return rank - (other[place] ?? 0);
  return 0;
}
