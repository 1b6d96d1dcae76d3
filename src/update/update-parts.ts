import type { Callers } from './judge/callers.ts';
import type { AskedBoth, DoorSight, GateSample, QuestionKind } from './judge/gate-facts.ts';
import type { RealVisits } from './judge/real-visits.ts';
import type { StoredRows } from './judge/stored-rows.ts';
import type { Places } from '../slot/places.ts';
import type { Slot } from '../slot/slot.ts';
import type { TrialEnd } from '../slot/trial-record.ts';
import type { TrialRecordFile } from '../slot/trial-record-file.ts';
import type { Candidate, Candidates } from '../system/candidate.ts';
import type { Clock } from '../system/clock.ts';
import type { Log } from '../system/log.ts';
import type { Processes } from '../system/processes.ts';
import type { Random } from '../system/random.ts';
import type { Resources } from '../system/resources.ts';
import type { Duty, DutyBaseline } from './duty.ts';
import type { Taken } from '../system/taken.ts';
import type { Storage } from '../system/storage.ts';
import type { Offer, UpdateSource } from './offer.ts';
import type { ReleaseActs, SignedRelease } from './release-acts.ts';
import type { TrialFailure } from './trial-failure.ts';
import type { UpdateSettings } from '../settings/update-settings.ts';

/** What the update path is given by the appliance. */
export interface UpdateParts {
  readonly storage: Storage;
  readonly places: Places;
  readonly clock: Clock;
  readonly random: Pick<Random, 'fraction' | 'id'>;
  readonly processes: Processes;
  readonly candidates: Candidates;
  readonly duty: Duty;
  readonly resources: Pick<Resources, 'memory'>;
  readonly releases: ReleaseActs;
  /** In the order in which they are asked: what the owner pushed comes first. */
  readonly sources: readonly UpdateSource[];
  readonly settings: UpdateSettings;
  /** What this process itself runs from. */
  readonly running: { readonly slot: Slot; readonly version: string };
  readonly log: Log;
  /** Reads what releases have unpacked beside the slots, and mends it. */
  mendLibraries?(rest: () => Promise<void>): AsyncIterable<{ readonly path: string; readonly from: string }>;
}

/** The parts, and the trial record that they write. */
export interface UpdateTools extends UpdateParts {
  readonly recordFile: TrialRecordFile;
}

/** The trial of this life of the process. Ends with it: what must last is in the trial record. */
export interface Trial {
  readonly release: SignedRelease;
  readonly offer: Offer;
  readonly slot: Slot;
  readonly memory: 'warm' | 'cold';
  /** When the present phase began, and how long those before it took. */
  readonly phaseStartedMs: number;
  readonly phases: readonly { readonly phase: string; readonly durationMs: number }[];
  /** Why somebody wants it reverted. */
  readonly revertWord?: string;
  readonly state: TrialState;
}

export type TrialState =
  | { readonly phase: 'rehearsed'; readonly candidate: Candidate }
  | {
      readonly phase: 'probation';
      readonly candidate: Candidate;
      readonly sinceMs: number;
      readonly baseline: DutyBaseline;
      readonly samples: readonly GateSample[];
      readonly asked: readonly AskedBoth[];
      readonly kinds?: readonly QuestionKind[];
      readonly taken: readonly Taken[];
      readonly door?: DoorSight;
      readonly callers?: Callers;
      readonly rows?: StoredRows;
      readonly real?: RealVisits;
    }
  | { readonly phase: 'failed'; readonly candidate?: Candidate; readonly failure: TrialFailure }
  | { readonly phase: 'unrecorded'; readonly failure: TrialFailure; readonly seen: SeenInTrial }
  | { readonly phase: 'committed' };

/** As the trial record keeps it. */
export type SeenInTrial = Pick<TrialEnd, 'figures' | 'judges'>;

/** The trial in its next phase, with the time that the last one took. */
export function enterPhase(trial: Trial, state: TrialState, nowMs: number): Trial {
  const done = { phase: nameOfWork(trial.state), durationMs: nowMs - trial.phaseStartedMs };
  return { ...trial, state, phaseStartedMs: nowMs, phases: [...trial.phases, done] };
}

/** What the incumbent was busy with until the phase ended. */
function nameOfWork(state: TrialState): string {
  switch (state.phase) {
    case 'rehearsed': return 'hand-over';
    case 'probation': return 'probation';
    case 'failed':
    case 'unrecorded': return 'revert';
    case 'committed': return 'commit';
  } // prettier-ignore
}
