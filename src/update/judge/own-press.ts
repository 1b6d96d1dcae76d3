/**
 * Presses that the incumbent makes itself while nobody may be at the door: the whole path of one is looked at, from its row
 * to what is told of it. Chosen: the incumbent reads row, frames and outbox itself; rejected: the candidate's account of a
 * visit; why: a release that does nothing with a press says that it has done everything.
 */
import { type Finding, shown } from './finding.ts';
import type { GateFacts } from './gate-facts.ts';
import { isShortOfTime } from './machine-strain.ts';
import type { OwnPressWord } from './own-press-facts.ts';
import { overdueOf, type OwnWrite, wordsOf } from './presses.ts';

/** What has become of a press since it was told. */
export interface OwnPressSeen {
  readonly waitedMs: number;
  readonly ownWrite: OwnWrite;
  readonly isSaidStored: boolean;
  readonly isStored: boolean;
  readonly isDecided: boolean;
  /** The camera gave frames when it was made. */
  readonly wantsFrames: boolean;
  /** Files of its frames that hold something. */
  readonly frames: number;
  /** Notifications that the incumbent would have made of it, those in the outbox, and those that have arrived here. */
  readonly wanted: number;
  readonly noted: number;
  readonly arrived: number;
}

/** Five seconds of looking, three of saving pictures, two of writing: what a visit takes where no look is late. */
const decidedMsMax = 10_000;
const arrivedMsMax = 15_000;
/** What has not come by then never comes, whatever the machine is busy with: a row, and all that follows it. */
const noRowMs = 10_000;
const neverMs = 60_000;

/** The word on one press, now. */
export function wordOnOwnPress(seen: OwnPressSeen): OwnPressWord {
  const { waitedMs, ownWrite, isSaidStored, wantsFrames, frames, wanted, noted, arrived } = seen;
  if (!seen.isStored) {
    const overdue = overdueOf({ passedMs: 0, isSaidStored }, { nowMs: waitedMs, ownWrite });
    if (overdue === undefined) return waiting;
    const isExcusable = !isSaidStored && !ownWrite.isImpossible; // Nobody waits at this door: a busy machine is given time.
    return isExcusable ? late(wordsOf(overdue), waitedMs, noRowMs) : failed(wordsOf(overdue), ownWrite);
  }
  const rounded = Math.round(waitedMs);
  const isLacking = !seen.isDecided || (wantsFrames && frames === 0);
  if (isLacking && waitedMs < decidedMsMax) return waiting;
  if (!seen.isDecided) return late(`a press of our own was not decided after ${rounded} ms`, waitedMs);
  if (isLacking) return failed('a press of our own has no frames, and the camera gives some', {});
  if (noted < wanted) return failed(`of ${wanted} notifications of a press of our own ${noted} were made`, {});
  if (arrived >= noted) return { kind: 'well' };
  if (waitedMs < arrivedMsMax) return waiting;
  return late(`of ${noted} notifications ${arrived} had arrived after ${rounded} ms`, waitedMs);
}

/** One that has failed ends the trial; a release that knows of them is not committed without one that went well. */
export function judgeOwnPresses(facts: GateFacts): Finding {
  const { own } = facts.presses;
  if (own === undefined) return undefined;
  const { made, well, slowestMs, newest, hindrance } = own;
  const saw = well === 0 ? {} : { saw: `all that it told had arrived after ${Math.round(slowestMs)} ms` };
  const evidence = { asked: made, answered: well, compared: 0, ...saw };
  if (newest?.kind === 'late') {
    if (isShortOfTime(facts)) return shown(evidence, { strained: `${newest.words}, on a busy machine` });
    return shown(evidence, { broken: newest.words });
  }
  if (newest?.kind === 'failed') {
    return shown(
      evidence,
      newest.isImpossible ? { broken: newest.words, isItsFault: false } : { broken: newest.words },
    );
  }
  if (well > 0) return shown(evidence, undefined);
  if (hindrance !== undefined) return shown(evidence, { strained: `cannot press: ${hindrance}` });
  return shown(evidence, { missing: 'no press of our own has been answered yet' });
}

const waiting: OwnPressWord = { kind: 'waiting' };

function late(words: string, waitedMs: number, waitedMsMax = neverMs): OwnPressWord {
  return waitedMs < waitedMsMax ? { kind: 'late', words } : failed(words, {});
}

function failed(words: string, { isImpossible = false }): OwnPressWord {
  return { kind: 'failed', words, isImpossible };
}
