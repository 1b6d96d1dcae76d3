/**
 * Real visits of a probation, looked up by the incumbent and decided again from the frames that are kept of them.
 * Chosen: only what several visits show, of fewer names, other names, fewer deliveries, missing pictures and rows; rejected:
 * one visit; why: at the door more frames were seen than are kept, and one face is no sign of anything.
 */
import { type Finding, shown } from './finding.ts';
import type { OwnPressFacts } from './own-press-facts.ts';
import { compareNames, type NamedTwice } from './visit-names.ts';

/** What has been seen of the visits that the candidate has finished; those that people or callers had a hand in are none of them. */
export interface RealVisits {
  readonly visits: number;
  /** Those that both have decided, from the same frames as far as they are kept. */
  readonly named: readonly NamedTwice[];
  /** Whose outbox was held against what the incumbent would have told. */
  readonly told: Lacking;
  /** Whose rows and pictures were looked for. */
  readonly kept: Lacking;
  /** Rows that were there, and went without a cause. */
  readonly gone: number;
  /** Absent when everything goes out by each channel that worked before. */
  readonly unsent?: Unsent;
}

/** Visits of which a minute later nothing has gone out by a channel that worked before, nor has of any other visit since. */
export interface Unsent {
  readonly channel: string;
  readonly visits: number;
  /** At least once, and in vain. */
  readonly isTried: boolean;
}

export interface Lacking {
  readonly looked: number;
  /** Visits that lack something. */
  readonly lacking: number;
  /** What the newest of them lacks. */
  readonly words?: string;
}

/** So many visits are no chance any more, where they are more than this share of all. */
const badMin = 3;
const badShare = 1 / 3;
/** What the household has denied, and what was stored and is not there, needs no third. */
const certainMin = 2;

interface Facts {
  /** Absent before the first look. */
  readonly real?: RealVisits;
  /** Those that the incumbent has made itself show as much. */
  readonly presses?: { readonly own?: Pick<OwnPressFacts, 'named'> };
}

/**
 * Other names, and names that are missing. More and better ones are no reason. Visitors, and presses of the incumbent's own,
 * are each judged for themselves: a release that does well with one of them alone would hide the other in the crowd.
 */
export function judgeNamed({ real, presses }: Facts): Finding {
  const [visitors, own] = [real?.named ?? [], presses?.own?.named ?? []];
  const asked = (real?.visits ?? 0) + own.length;
  if (asked === 0) return undefined;
  const answered = visitors.length + own.length;
  const { known, lost, denied, other, farFetched } = compareNames([...visitors, ...own].map(alike));
  const saw = `${known - lost} of ${known} visits with the incumbent's names, ${denied + other + farFetched} with others`;
  const broken = whatNamesLack(visitors) ?? whatNamesLack(own);
  return shown({ asked, answered, compared: answered, saw }, broken === undefined ? undefined : { broken });
}

function whatNamesLack(visits: readonly NamedTwice[]): string | undefined {
  const { denied, other, farFetched, lost, righted, known } = compareNames(visits.map(alike));
  const wrong = denied + other + farFetched - righted;
  if (denied >= certainMin) return `it gave a name that the household has denied in ${denied} visits`;
  if (isTooMany(wrong, visits.length))
    return `in ${wrong} of ${visits.length} visits it gave another name than the incumbent`;
  return isTooMany(lost - righted, known)
    ? `in ${lost} of ${known} visits it does not name whom the incumbent names`
    : undefined;
}

/**
 * Fewer deliveries in the outbox than the incumbent would have put there for the same visit, or such as stay there. Whether
 * the release or the receiver is to blame for what is tried in vain nobody knows: it is waited for.
 */
export function judgeTold({ real }: Facts): Finding {
  if (real === undefined || real.visits === 0) return undefined;
  const finding = judgeLacking(real.visits, real.told, 'were told to fewer than they are to be');
  const { unsent } = real;
  if (unsent === undefined || unsent.visits < badMin || (finding !== undefined && 'broken' in finding)) return finding;
  const { channel, visits, isTried } = unsent;
  const evidence = finding?.evidence === undefined ? {} : { evidence: finding.evidence };
  if (!isTried) return { ...evidence, broken: `nobody tries to tell of ${visits} visits by ${channel}` };
  return { ...evidence, strained: `${visits} visits were told to nobody yet by ${channel}, which worked before` };
}

/** Rows and pictures that are missing. */
export function judgeKept({ real }: Facts): Finding {
  if (real === undefined || real.visits === 0) return undefined;
  const { gone, kept, visits } = real;
  const finding = judgeLacking(visits, kept, 'are not kept as they are to be');
  if (gone < certainMin) return finding;
  return { ...finding, broken: `${gone} visits are gone, and nobody knows why` };
}

function judgeLacking(asked: number, { looked, lacking, words = '' }: Lacking, how: string): Finding {
  const evidence = { asked, answered: looked, compared: looked, saw: `${looked - lacking} of ${looked} visits whole` };
  if (!isTooMany(lacking, looked)) return shown(evidence, undefined);
  return shown(evidence, { broken: `${lacking} of ${looked} visits ${how}: ${words}` });
}

function isTooMany(bad: number, all: number): boolean {
  return bad >= badMin && bad > all * badShare;
}

/** Probably the same one, from more frames or by a doubt that the frames alone do not show, is the same name. */
function alike(visit: NamedTwice): NamedTwice {
  const { own, candidate } = visit;
  const isSame = candidate?.outcome === 'probably' && candidate.personId === own.personId;
  return isSame ? { ...visit, candidate: own } : visit;
}
