import type { Callers } from './callers.ts';
import type { PressFacts } from './presses.ts';
import type { RealVisits } from './real-visits.ts';
import type { StoredRows } from './stored-rows.ts';
import type { Taken, TakenTwice } from '../../system/taken.ts';

/** What the gate knows of a trial. All times on the scale of `clock.uptimeMs()`. */
export interface GateFacts {
  readonly nowMs: number;
  /** When the candidate took over. */
  readonly startedMs: number;
  /** What the candidate said since, oldest first. */
  readonly samples: readonly GateSample[];
  /** What the incumbent asked both since, itself and the candidate, oldest first. */
  readonly asked: readonly AskedBoth[];
  /** What the incumbent asks for, as far as it answers that itself. */
  readonly kinds?: readonly QuestionKind[];
  /** The door just now; absent until somebody has knocked. */
  readonly door?: DoorSight;
  /** Who asks the candidate just now. */
  readonly callers?: Callers;
  /** What the incumbent passed on to it since. */
  readonly presses: PressFacts;
  /** Absent before the first look. */
  readonly rows?: StoredRows;
  /** What it and its processes were seen to take since, oldest first. Absent where the machine cannot measure it. */
  readonly taken?: readonly Taken[];
  /** Absent before the first look. */
  readonly real?: RealVisits;
  /** How the candidate's process ended; absent while it lives. */
  readonly ended?: string;
  /** Why a person wants it reverted. */
  readonly revertWord?: string;
  /** Memory that the machine has left; absent when it does not say. */
  readonly freeBytes?: number;
  readonly baseline: GateBaseline;
}

/** The door that the candidate answers, as a caller sees it just now. */
export interface DoorSight {
  readonly knocks: number;
  readonly answered: number;
  /** For so long nobody who knocked has been answered; 0 when nobody waits. */
  readonly silentMs: number;
  /** Who asked it when the silence began: those who only wait since then are no reason for it. */
  readonly callers: Callers;
  /** During the silence its main thread was busy for most of the time, or waited for the disk: it may only be late. */
  readonly isAtWork: boolean;
  /** Processor time that this thread had meanwhile: what it had to wait for a processor is not its own. */
  readonly workedMs: number;
  /** The most that the incumbent needed within the last seconds for an answer of its own, and was late by. */
  readonly ownMs: number;
}

/** One question of the incumbent's own, put to itself and to the candidate one after the other. */
export interface AskedBoth {
  readonly atMs: number;
  readonly kind: QuestionKind;
  /** The address, or which picture. */
  readonly what: string;
  readonly own: AnsweredQuestion;
  /** Absent when it did not answer in time. */
  readonly candidate?: AnsweredQuestion;
  /** Who asked the candidate besides. */
  readonly callers: Callers;
  /** How late the incumbent woke up just before, on a machine with more to do than processors. */
  readonly lateMs?: number;
  /** Ids of the people that each of them saw on a picture. */
  readonly names?: { readonly own: readonly string[]; readonly candidate: readonly string[] };
}

/** Every kind of route, and the reads that failed to somebody. */
export type QuestionKind = 'read' | 'failed' | 'write' | 'stream' | 'view' | 'picture';

export interface AnsweredQuestion {
  /** Without a fault of its own: below 500. */
  readonly isWell: boolean;
  /** It has as many callers as it takes: there is nothing to compare. */
  readonly isRefused?: true;
  readonly durationMs: number;
}

/** One heartbeat. Counts run from the start of the candidate. */
export interface GateSample {
  readonly atMs: number;
  readonly frames: number;
  readonly checks: Readonly<Record<string, { readonly status: string; readonly runs: number }>>;
  /** Who asks it besides, as the incumbent sees: what it takes of the machine may be theirs. */
  readonly callers?: Callers;
  /** Requests of strangers, who can do with these figures what they like: kept for people, judged by nobody. */
  readonly requests: number;
  readonly errors: number;
  /** Of the requests of the last minute. */
  readonly meanMs?: number;
  readonly p99Ms?: number;
  readonly memoryBytes: number;
  /** Processor time of all its threads. Absent in releases that do not tell it. */
  readonly processorMs?: number;
  /** How long each of its threads has done nothing, by name. Absent in releases that do not tell it. */
  readonly threadsSilentMs?: Readonly<Record<string, number>>;
  /** Judged by nobody, kept for people. */
  readonly cameraGapMs?: number;
  readonly cameraStartMs?: number;
  readonly validationFailure?: string;
}

/** The incumbent's own figures. What was not measured is absent. */
export interface GateBaseline extends TakenTwice {
  readonly meanMs?: number;
  readonly memoryBytes?: number;
  /** Its share of the whole machine's processor time, in percent. */
  readonly processorPercent?: number;
  /** Processors of the machine. */
  readonly processors?: number;
  readonly hasFrames: boolean;
  /** Checks that were well in the incumbent. */
  readonly checks: readonly string[];
  /** Checks that were unhealthy in it. */
  readonly unwellChecks?: readonly string[];
}

/** Thresholds and minimum sample sizes: `update.gate` of the settings, and the length of probation. */
export interface GateLimits {
  readonly probationMs: number;
  readonly heartbeatMsMax: number;
  readonly threadSilentMsMax: number;
  readonly doorSilentMsMax: number;
  readonly checkFailures: number;
  readonly errorPercent: number;
  readonly errorPercentTwoMinutes: number;
  readonly errorPercentAtOnce: number;
  readonly requestsMin: number;
  readonly questionsInRow: number;
  /** Share of the named pictures on which a candidate may miss a name. */
  readonly nameDropMax: number;
  readonly p99MsMax: number;
  readonly slowerTimesMax: number;
  readonly slowerFloorMs: number;
  readonly processorTimesMax: number;
  readonly processorFloorPercent: number;
  readonly memoryTimesMax: number;
  readonly memoryFloorBytes: number;
  readonly freeBytesMin: number;
  readonly framesSilentMsMax: number;
}
