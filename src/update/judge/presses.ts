/**
 * Presses that the incumbent passed on are debts until it has read their rows itself. Chosen: a bound that the card sets,
 * by a write of the incumbent's own at the same moment; rejected: the candidate's word, a fixed time; why: the word may be
 * a lie, and a card may take a second for anybody.
 */
import { type Finding, shown } from './finding.ts';
import type { OwnPressFacts } from './own-press-facts.ts';

/** A press that was passed on, and whose row nobody has read yet. */
export interface PressDebt {
  readonly passedMs: number;
  /** The candidate says that the row is there. */
  readonly isSaidStored: boolean;
}

/** A durable write of the incumbent's own, just now. */
export interface OwnWrite {
  /** What it took; while it is under way, what it has taken so far. */
  readonly tookMs: number;
  /** It failed, and not because somebody holds the database: no press could have been stored by anybody. */
  readonly isImpossible: boolean;
}

/** What has become of the presses that were passed on. */
export interface PressFacts {
  readonly passed: number;
  /** How many have their row. */
  readonly stored: number;
  /** The longest time until a row was read. */
  readonly slowestMs: number;
  /** Rows of presses of the button that nobody has made. */
  readonly unmade?: number;
  /** The first that had none in time: it was rung by the incumbent then. */
  readonly unanswered?: UnansweredPress;
  /** Those that the incumbent makes itself; absent when the candidate would take them for a visitor's. */
  readonly own?: OwnPressFacts;
}

export interface UnansweredPress {
  readonly waitedMs: number;
  readonly isSaidStored: boolean;
  readonly ownWrite: OwnWrite;
}

/** What a row may take where nobody says otherwise. */
const rowMs = 1000;
const ownWriteTimes = 3;
/** However slow the card: nobody waits longer at a door. */
const rowMsMax = 10_000;

/** The press as one that goes unanswered, when its time is over. Its row was looked for just before. */
export function overdueOf(
  debt: PressDebt,
  {
    nowMs,
    ownWrite,
    rowMsMin = rowMs,
  }: { readonly nowMs: number; readonly ownWrite: OwnWrite; readonly rowMsMin?: number },
): UnansweredPress | undefined {
  const waitedMs = nowMs - debt.passedMs;
  const waitMsMax = Math.max(rowMsMin, Math.min(ownWriteTimes * ownWrite.tookMs, rowMsMax));
  return waitedMs < waitMsMax ? undefined : { waitedMs, ownWrite, isSaidStored: debt.isSaidStored };
}

/** One press without its row ends the trial. */
export function judgePresses({ presses }: { readonly presses: PressFacts }): Finding {
  const { passed, stored, slowestMs, unanswered } = presses;
  if (passed === 0) return undefined;
  const saw = stored === 0 ? {} : { saw: `every row was there after ${Math.round(slowestMs)} ms` };
  const evidence = { asked: passed, answered: stored, compared: 0, ...(unanswered === undefined ? saw : {}) };
  if (unanswered === undefined) return shown(evidence, undefined);
  const broken = wordsOf(unanswered);
  return shown(evidence, unanswered.ownWrite.isImpossible ? { broken, isItsFault: false } : { broken });
}

/** Every press has one row: somebody is told of each. */
export function judgeUnmadePresses({ presses }: { readonly presses: PressFacts }): Finding {
  const { passed, unmade } = presses;
  if (unmade === undefined) return undefined;
  const evidence = { asked: passed, answered: passed + unmade, compared: passed };
  if (unmade === 0) return passed === 0 ? undefined : shown(evidence, undefined);
  return shown(evidence, { broken: `presses were stored that nobody has made: ${unmade}` });
}

/** What is told of it. */
export function wordsOf({ waitedMs, isSaidStored, ownWrite }: UnansweredPress): string {
  const lie = isSaidStored ? ', though it said that it was stored' : '';
  const own = ownWrite.isImpossible ? 'nobody could write' : `a write here took ${Math.round(ownWrite.tookMs)} ms`;
  return `a press had no row after ${Math.round(waitedMs)} ms${lie}; ${own}`;
}
