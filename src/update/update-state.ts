import type { GateVerdict, Hearing } from './judge/gate.ts';
import type { Slot } from '../slot/slot.ts';
import type { SlotMark } from '../slot/slot-mark.ts';
import type { Lease } from '../slot/update-lease.ts';
import { rejectionOf, type TrialRecord } from '../slot/trial-record.ts';
import type { AftercareFacts } from './aftercare.ts';
import type { FallBackReason } from './fall-back.ts';
import type { Offer } from './offer.ts';
import type { SignedRelease } from './release-acts.ts';
import type { TrialFailure, TrialFailureReason } from './trial-failure.ts';
import { type IdleReason, isNewest } from './choose-offer.ts';

/** How far this life has tidied up after earlier ones: what they left open is closed, then what they left lying about is removed. */
export type Tidied = 'nothing' | 'settled' | 'all';

/** What one look shows. Link, marks and record are the only truth that outlives the process. */
export interface UpdateFacts {
  readonly nowMs: number;
  /** Whose turn it is to change slots, link and record. */
  readonly lease: Lease;
  readonly committed: Slot | undefined;
  readonly running: { readonly slot: Slot; readonly version: string };
  readonly record: TrialRecord;
  /** Of the slot that is not committed. */
  readonly standby: SlotMark;
  readonly tidied: Tidied;
  /** The trial of this life of the process. */
  readonly trial?: TrialFacts;
  /** What runs was committed not long ago. */
  readonly aftercare?: AftercareFacts;
  /** Something failed that says nothing about the offer: nothing new is begun before this time. */
  readonly pauseUntilMs: number;
  readonly nextLookMs: number;
  readonly nextScrubMs: number;
  /** The best that can be taken now. */
  readonly offer?: Offer;
  /** Why there is none, and when one that was set aside has its turn again. */
  readonly idle: IdleReason;
  readonly nextTurnMs: number;
  /** The signed description of the offer, once it was read and verified. */
  readonly release?: SignedRelease;
  readonly isFetched: boolean;
  /** 0 inside the maintenance window. */
  readonly untilWindowMs: number;
  /** What the device does with what it finds. */
  readonly consent: 'automatic' | 'ask';
  readonly memory: 'warm' | 'cold' | 'none';
}

/** Where a trial stands, and what was seen of it. */
export type TrialFacts =
  | { readonly phase: 'rehearsed'; readonly slot: Slot; readonly ended?: string; readonly revertWord?: string }
  | {
      readonly phase: 'probation';
      readonly slot: Slot;
      readonly verdict: GateVerdict;
      readonly judges?: Hearing['judges'];
    }
  | ({ readonly phase: 'failed'; readonly slot: Slot } & TrialFailure)
  /** Reverted, but the record could not be written yet. */
  | { readonly phase: 'unrecorded'; readonly slot: Slot }
  | { readonly phase: 'committed'; readonly slot: Slot };

export type WaitReason = 'lease' | 'pause' | IdleReason | 'consent' | 'window' | 'memory' | 'aftercare';

export type UpdateStep =
  | { readonly kind: 'wait'; readonly durationMs: number; readonly reason: WaitReason }
  | { readonly kind: 'take-lease' }
  | { readonly kind: 'settle' }
  | { readonly kind: 'clean' }
  | { readonly kind: 'note-served' }
  | ({ readonly kind: 'fall-back' } & FallBackReason)
  | { readonly kind: 'scrub' }
  | { readonly kind: 'check' }
  | { readonly kind: 'verify'; readonly offer: Offer }
  | { readonly kind: 'set-aside'; readonly offer: Offer; readonly release: SignedRelease; readonly why: UnfitReason }
  | { readonly kind: 'fetch'; readonly offer: Offer; readonly release: SignedRelease }
  | { readonly kind: 'stage'; readonly offer: Offer; readonly release: SignedRelease }
  | {
      readonly kind: 'rehearse';
      readonly offer: Offer;
      readonly release: SignedRelease;
      readonly memory: 'warm' | 'cold';
    }
  | { readonly kind: 'leave' }
  | TrialStep;

/** Verified, and still nothing for this device. */
export type UnfitReason = 'rejected' | 'not-newer';

/** Steps of a trial that is under way. */
export type TrialStep =
  | { readonly kind: 'hand-over' }
  | { readonly kind: 'judge' }
  | { readonly kind: 'commit' }
  | ({ readonly kind: 'revert' } & TrialFailure)
  | { readonly kind: 'record' };

const leaseRetryMs = 30_000;
/** The longest wait: windows, consent and memory are looked at again at least so often. */
const waitMsMax = 15 * 60_000;

/** The whole policy of the updater: facts in, one step out. Pure. */
export function nextStep(facts: UpdateFacts): UpdateStep {
  if (facts.trial !== undefined) return nextTrialStep(facts, facts.trial);
  if (facts.lease.holder === 'other') return wait('lease', leaseRetryMs);
  if (facts.committed !== undefined && facts.committed !== facts.running.slot) return { kind: 'leave' };
  const isPause = facts.nowMs < facts.pauseUntilMs;
  const step = isPause ? wait('pause', facts.pauseUntilMs - facts.nowMs) : nextQuietStep(facts);
  return step.kind === 'wait' ? scrubInstead(facts, step) : step;
}

/** First the right to change anything, then what the last life left behind. */
function nextQuietStep(facts: UpdateFacts): UpdateStep {
  if (facts.lease.holder === 'nobody') return { kind: 'take-lease' };
  if (facts.tidied === 'nothing' || facts.committed === undefined || facts.record.underWay !== undefined)
    return { kind: 'settle' };
  if (facts.tidied !== 'all') return { kind: 'clean' };
  if (facts.aftercare?.fallBack !== undefined) return { kind: 'fall-back', ...facts.aftercare.fallBack };
  return facts.aftercare?.isNoteDue === true ? { kind: 'note-served' } : nextOfferStep(facts);
}

/** The slots are read again when there is nothing else to do. */
function scrubInstead({ nowMs, nextScrubMs }: UpdateFacts, step: Extract<UpdateStep, { kind: 'wait' }>): UpdateStep {
  if (nowMs >= nextScrubMs) return { kind: 'scrub' };
  return { ...step, durationMs: Math.min(step.durationMs, nextScrubMs - nowMs) };
}

function nextTrialStep(facts: UpdateFacts, trial: TrialFacts): UpdateStep {
  if (trial.phase === 'committed') return { kind: 'leave' };
  if (trial.phase === 'unrecorded')
    return facts.nowMs < facts.pauseUntilMs ? wait('pause', facts.pauseUntilMs - facts.nowMs) : { kind: 'record' };
  if (facts.committed === trial.slot) return { kind: 'commit' }; // The link was moved: there is no way back.
  if (trial.phase === 'failed') return { ...trial, kind: 'revert' };
  if (isConsentWithdrawn(facts)) return revert('consent-withdrawn', 'the owner no longer agrees', false);
  if (facts.lease.holder === 'other') return revert('lease-lost', `${facts.lease.name} updates now`, false);
  if (facts.lease.holder === 'nobody') return { kind: 'take-lease' };
  switch (trial.phase) {
    case 'rehearsed':
      if (trial.revertWord !== undefined) return revert('operator', `somebody wanted it: ${trial.revertWord}`, true);
      if (trial.ended !== undefined) return revert('candidate-ended', `the candidate ended: ${trial.ended}`, true);
      return { kind: 'hand-over' };
    case 'probation':
      switch (trial.verdict.outcome) {
        case 'hold': return { kind: 'judge' };
        case 'commit': return { kind: 'commit' };
        case 'revert': return revert(trial.verdict.trigger, trial.verdict.message, trial.verdict.isItsFault);
      } // prettier-ignore
  }
}

function nextOfferStep(facts: UpdateFacts): UpdateStep {
  const { offer, release, standby } = facts;
  if (facts.nowMs >= facts.nextLookMs) return { kind: 'check' }; // Whatever another offer waits for.
  if (offer === undefined) return wait(facts.idle, Math.min(facts.nextLookMs, facts.nextTurnMs) - facts.nowMs);
  if (release === undefined) return { kind: 'verify', offer };
  const why = whyUnfit(release, facts);
  if (why !== undefined) return { kind: 'set-aside', offer, release, why };
  if (!offer.isOrdered && !hasConsent(facts, offer)) return wait('consent', waitMsMax);
  const keptMs = offer.isOrdered ? 0 : (facts.aftercare?.keptMs ?? 0);
  if (keptMs > 0) return wait('aftercare', keptMs);
  if (standby.state !== 'usable' || standby.digest !== release.digest) {
    return facts.isFetched ? { kind: 'stage', offer, release } : { kind: 'fetch', offer, release };
  }
  if (!offer.isOrdered && facts.untilWindowMs > 0) return wait('window', facts.untilWindowMs);
  if (facts.memory === 'none') return wait('memory', waitMsMax);
  return { kind: 'rehearse', offer, release, memory: facts.memory };
}

function whyUnfit(
  release: SignedRelease,
  { running, record }: Pick<UpdateFacts, 'running' | 'record'>,
): UnfitReason | undefined {
  if (rejectionOf(record, release) !== undefined) return 'rejected';
  return isNewest(release.version, { record, runningVersion: running.version }) ? undefined : 'not-newer';
}

function hasConsent({ consent, record }: UpdateFacts, offer: Offer): boolean {
  return consent === 'automatic' || record.agreedTo === offer.file;
}

function isConsentWithdrawn(facts: UpdateFacts): boolean {
  const { record, consent } = facts;
  if (record.underWay === undefined || consent === 'automatic' || facts.offer?.isOrdered === true) return false;
  return record.agreedTo !== record.underWay.file;
}

function revert(reason: TrialFailureReason, message: string, isItsFault: boolean): UpdateStep {
  return { kind: 'revert', reason, message, isItsFault };
}

function wait(reason: WaitReason, durationMs: number): UpdateStep {
  return { kind: 'wait', reason, durationMs: Math.min(durationMs, waitMsMax) };
}
