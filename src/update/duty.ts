import type { Candidate } from '../system/candidate.ts';
import type { Taken, TakenTwice } from '../system/taken.ts';
import type { Callers } from './judge/callers.ts';
import type { AskedBoth, DoorSight, GateSample, QuestionKind } from './judge/gate-facts.ts';
import type { DecidedVisit, NamedTwice } from './judge/visit-names.ts';
import type { PressFacts } from './judge/presses.ts';
import type { RealVisits } from './judge/real-visits.ts';
import type { StoredData } from './judge/stored-data.ts';
import type { StoredRows } from './judge/stored-rows.ts';

/**
 * What the incumbent can do with itself during an update: everything at the door that a candidate takes over.
 * The order of calls is the updater's. Every call may be made again after it failed; nothing here rejects.
 */
export interface Duty {
  /**
   * Backs the database up, then lays a copy of it and of the frames of the most recent decided visits (at most
   * `visitsMax`) into `directory`, which is emptied first. Nothing at the door notices.
   */
  prepareRehearsal(directory: string, about: RehearsalRequest): Promise<RehearsalMaterial>;
  /** Lets the models go, so that a candidate fits into memory (cold hand-over). Presses still ring; names come late. */
  makeRoom(): Promise<void>;
  /** The figures of this process itself over the last minutes, for comparison. */
  baseline(): DutyBaseline;
  /**
   * Looks for so long at a candidate that has the door, and sooner ends when it has ended or nobody is answered there. What
   * it asks is put to this process too, so that both answer under the same strain.
   */
  attend(candidate: Candidate, durationMs: number): Promise<Sight>;
  /** What has become of the presses that were passed on to the candidate. */
  presses(): PressFacts;
  /**
   * Resolves when every press passed on so far has its row, or has rung here because the candidate did not store it; true
   * when it has stored them all.
   */
  settlePresses(): Promise<boolean>;
  /**
   * Passes the listening sockets and button lines to the candidate and lets the camera go. Accept queue and lines stay
   * open throughout; visits and requests under way finish here. The candidate takes them when asked `take-over`.
   */
  handOver(candidate: Candidate): Promise<DutyResult>;
  /**
   * Serves again, from whatever state: sockets, lines and camera at once, `durationMs` is what that took. Then, when the
   * candidate is `gone`, what it left behind; models are loaded when they were let go. Called only when the candidate
   * has let the door go or is gone. Does nothing when this process serves already.
   */
  takeBack(gone?: Promise<void>): Promise<DutyResult>;
  /** Tells the service manager that this process is the main one now, and waits for its acknowledgement. */
  nameMain(pid: number): Promise<DutyResult>;
  /** Ends this process in good order while it has the door, where a service manager then starts what the link names; elsewhere nothing. */
  restart(): Promise<void>;
  /** Drains what is under way here and ends this process, without closing anything that was passed on. */
  leave(): Promise<void>;
}

/** For which trial; the backup is called after it. */
export interface RehearsalRequest {
  readonly visitsMax: number;
  readonly trialId: string;
}

/** What was seen of a candidate. */
export interface Sight {
  /** Asked since the last look. */
  readonly asked: readonly AskedBoth[];
  /** What is asked for, as far as this process answers it. */
  readonly kinds?: readonly QuestionKind[];
  readonly door?: DoorSight;
  /** The checks of the machine as this process finds them: `machineChecks`. */
  readonly machine?: GateSample['checks'];
  /** Who asks the candidate besides. */
  readonly callers?: Callers;
  readonly rows?: StoredRows;
  /** Measured since the last look. */
  readonly taken?: Taken;
  readonly real?: RealVisits;
}

export type DutyResult =
  | { readonly outcome: 'done'; readonly durationMs: number }
  | { readonly outcome: 'failed'; readonly reason: string };

/** What a candidate rehearses on, and what the incumbent decided about the same visits. */
export type RehearsalMaterial =
  | {
      readonly outcome: 'prepared';
      readonly directory: string;
      readonly decisions: readonly RehearsedDecision[];
      /** What became of the copy, read by this process itself. Rejects when it cannot read what it had copied. */
      readonly compareData: () => Promise<StoredData>;
    }
  | { readonly outcome: 'failed'; readonly reason: string };

/** One visit as the incumbent decided it, and what is stored of it. */
export interface RehearsedDecision extends DecidedVisit, Pick<NamedTwice, 'stored' | 'farness'> {
  readonly visitId: string;
}

/** The incumbent's own figures. A figure that was not measured is absent, never 0. */
export interface DutyBaseline extends TakenTwice {
  readonly requests: number;
  readonly errors: number;
  readonly meanMs?: number;
  readonly p99Ms?: number;
  readonly memoryBytes?: number;
  /** Its share of the whole machine's processor time over the last minute, in percent. */
  readonly processorPercent?: number;
  /** Processors of the machine. */
  readonly processors?: number;
  /** The machine as a whole is short of processor time or memory just now. */
  readonly isMachineStrained?: boolean;
  /** False when no camera was delivering frames before the trial: then none are asked of the candidate. */
  readonly hasFrames: boolean;
  /** Names of the checks that were healthy or degraded here: each of them must be so in the candidate. */
  readonly checks: readonly string[];
  /** Names of those that were unhealthy here: what was broken before is not the candidate's fault. */
  readonly unwellChecks?: readonly string[];
}
