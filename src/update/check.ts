import { rejectionOf, type TrialRecord } from '../slot/trial-record.ts';
import type { Offer, UpdateSource } from './offer.ts';
import { compareVersions } from '../release/version.ts';

/** The best that all sources offer, and what went wrong on the way. */
export interface CheckResult {
  readonly offer: Offer | undefined;
  readonly problems: readonly string[];
  /** The shortest time that a source asked to wait. */
  readonly retryMs: number | undefined;
}

/** Asks every source. The owner's hand comes first, then the newest; what was rejected before is passed over, what was of no use comes last. */
export async function check(
  sources: readonly UpdateSource[],
  record: TrialRecord,
  postponed: readonly string[],
): Promise<CheckResult> {
  const offers: Offer[] = [];
  const problems: string[] = [];
  const waits: number[] = [];
  for (const source of sources) {
    const look = await source.look();
    if (look.outcome === 'offers') offers.push(...look.offers);
    else {
      problems.push(`${source.name}: ${look.reason}`);
      if (look.retryMs !== undefined) waits.push(look.retryMs);
    }
  }
  const eligible = offers.filter(({ file }) => rejectionOf(record, { file }) === undefined);
  const turnOf = ({ file }: Offer): number => postponed.indexOf(file); // -1: it was not tried yet.
  const [offer] = eligible.toSorted((one, other) => turnOf(one) - turnOf(other) || byMerit(one, other));
  return { offer, problems, retryMs: waits.length === 0 ? undefined : Math.min(...waits) };
}

function byMerit(one: Offer, other: Offer): number {
  if (one.isOrdered !== other.isOrdered) return one.isOrdered ? -1 : 1;
  return compareVersions(other.version ?? '', one.version ?? '');
}
