import type { GateTrigger } from './judge/gate.ts';

/** Why a rehearsal was not good enough. */
export interface RehearsalFailure {
  readonly reason:
    | 'rehearsal-failed'
    | 'stored-data'
    | 'golden-faces'
    | 'visits-missing'
    | 'false-name'
    | 'recognition-drop';
  readonly message: string;
}

/** Every way in which a trial can fail: the reason that is stored, counted and told. */
export type TrialFailureReason =
  | GateTrigger
  | RehearsalFailure['reason']
  /** Before it serves. */
  | 'rehearsal-not-prepared'
  | 'slot-damaged'
  | 'not-started'
  | 'never-ready'
  | 'not-itself'
  | 'rehearsal-unanswered'
  | 'not-passed'
  | 'not-taken-over'
  /** The incumbent's, the owner's or the machine's doing. */
  | 'incumbent-fault'
  | 'consent-withdrawn'
  | 'lease-lost'
  | 'stopped';

/** Why a trial is to be reverted. */
export interface TrialFailure {
  readonly reason: TrialFailureReason;
  readonly message: string;
  /** False when the fault is the incumbent's or the machine's: then the release may be tried again. */
  readonly isItsFault: boolean;
}
