import type { Judgement } from './judge/finding.ts';
import type { GateSample } from './judge/gate-facts.ts';
import type { AftercareFacts } from './aftercare.ts';
import type { FallBackReason } from './fall-back.ts';
import type { FetchProgress } from './fetch.ts';
import type { Offer, SeenSource, SetAside } from './offer.ts';
import type { SignedRelease } from './release-acts.ts';
import type { ScrubReport } from './scrub-report.ts';
import type { Trial } from './update-parts.ts';
import type { Tidied, UpdateFacts, UpdateStep, WaitReason } from './update-state.ts';

/** What this life of the process remembers between two turns. Forgetting it costs time, never a promise. */
export interface Notebook {
  /** What the sources offered when they were asked last. */
  readonly seen: readonly SeenSource[];
  /** The verified description of the offer with this file. */
  readonly verified?: { readonly file: string; readonly release: SignedRelease };
  readonly fetch?: FetchProgress;
  readonly trial?: Trial;
  /** Offers that cannot be taken, each with its reason and its own time; the last one last. */
  readonly aside: readonly SetAside[];
  /** Why the way back is to be taken, in the aftercare after a commit. */
  readonly fallBack?: FallBackReason;
  /** The release file that was refused last, and why: for people, who look when it is long over. */
  readonly refusal?: { readonly file: string; readonly reason: string; readonly message: string };
  readonly tidied: Tidied;
  readonly nextLookMs: number;
  readonly nextScrubMs: number;
  /** What the last reading of both slots has shown. */
  readonly scrub?: ScrubReport;
  readonly pauseUntilMs: number;
  /** Faults in a row. */
  readonly faults: number;
  /** The last of them, for people. */
  readonly problem?: string;
}

/** The notebook of a process that has just started: it looks at once. */
export const emptyNotebook: Notebook = {
  seen: [],
  aside: [],
  tidied: 'nothing',
  nextLookMs: 0,
  nextScrubMs: Number.POSITIVE_INFINITY,
  pauseUntilMs: 0,
  faults: 0,
};

/** What people asked for since the last turn. */
export interface Wishes {
  readonly look?: true;
  readonly revertWord?: string;
  readonly fallBack?: FallBackReason;
  /** The release file that the owner agrees to; undefined inside when to none. */
  readonly consent?: { readonly file: string | undefined };
}

/** The notebook with the wishes on it. A wish to revert means the trial under way, not the next one. */
export function withWishes(before: Notebook, { look, revertWord, consent, fallBack }: Wishes): Notebook {
  const notebook = fallBack === undefined ? before : { ...before, fallBack, pauseUntilMs: 0 };
  const isAsked = look === true || consent?.file !== undefined;
  const tried = isAsked ? withoutWaits(notebook) : notebook;
  const soon = look === true ? { ...tried, nextLookMs: 0 } : tried;
  const { trial } = notebook;
  return revertWord === undefined || trial === undefined ? soon : { ...soon, trial: { ...trial, revertWord } };
}

/** Somebody asks: what may have passed meanwhile is tried now. */
function withoutWaits(notebook: Notebook): Notebook {
  return {
    ...notebook,
    pauseUntilMs: 0,
    seen: notebook.seen.map((seen) => ({ ...seen, restUntilMs: 0 })),
    aside: notebook.aside.map((aside) => (aside.isLasting ? aside : { ...aside, untilMs: 0 })),
  };
}

/** The notebook without what a source does not offer any more. */
export function withoutOffer(notebook: Notebook, { file }: Offer): Notebook {
  const seen = notebook.seen.map((source) => ({
    ...source,
    offers: source.offers.filter((offer) => offer.file !== file),
  }));
  return { ...notebook, seen };
}

/** The notebook without a trial. */
export function withoutTrial(notebook: Notebook): Notebook {
  const { trial: _trial, ...rest } = notebook;
  return rest;
}

/** Of the offers that were set aside, the last ones are shown. */
const asideShownMax = 20;

/** What people see of the updater. */
export interface UpdateStatus {
  readonly phase: UpdateStep['kind'];
  /** Why it waits; absent when it does not. */
  readonly waitsFor?: WaitReason;
  readonly offer?: { readonly from: string; readonly file: string; readonly version?: string; readonly bytes: number };
  /** 0 to 1, while a release is fetched. */
  readonly fetched?: number;
  readonly trial?: {
    readonly version: string;
    readonly phase: string;
    readonly memory: 'warm' | 'cold';
    /** When the present phase began (`clock.uptimeMs()`), and how long those before it took. */
    readonly phaseStartedMs: number;
    readonly phases: readonly { readonly phase: string; readonly durationMs: number }[];
    /** What the candidate said last. */
    readonly figures: Readonly<Record<string, number>>;
    /** What each judge says so far, during the probation. */
    readonly judges?: readonly Judgement[];
  };
  /** What runs was committed not long ago. `endsMs`: `clock.uptimeMs()` then. */
  readonly aftercare?: {
    readonly version: string;
    readonly backTo?: string;
    readonly endsMs: number;
    readonly crashes: number;
    /** Those that were well when it was committed, where that is known. */
    readonly checks?: readonly string[];
  };
  readonly problem?: string;
  /** The release file that was refused last in this life. */
  readonly refusal?: NonNullable<Notebook['refusal']>;
  /** Offers that cannot be taken now, the last one last. */
  readonly setAside?: readonly SetAside[];
  readonly scrub?: ScrubReport;
}

/** What the last look has shown of what people see. */
type StatusSight = Pick<UpdateFacts, 'aftercare' | 'trial'> & { readonly offer?: Offer | undefined };

/** The status for people after a step was chosen for the best offer. */
export function statusOf(notebook: Notebook, step: UpdateStep, sight: StatusSight = {}): UpdateStatus {
  const { offer, aftercare } = sight;
  const { trial, fetch } = notebook;
  const release = notebook.verified?.file === offer?.file ? notebook.verified?.release : undefined;
  const version = release?.version ?? offer?.version;
  const chunks = fetch?.file === offer?.file ? (release?.chunks.sha256.length ?? 0) : 0;
  return {
    phase: step.kind,
    ...(step.kind === 'wait' ? { waitsFor: step.reason } : {}),
    ...(offer === undefined
      ? {}
      : {
          offer: {
            from: offer.from,
            file: offer.file,
            bytes: offer.source.bytes,
            ...(version === undefined ? {} : { version }),
          },
        }),
    ...(fetch === undefined || chunks === 0 ? {} : { fetched: fetch.chunksDone / chunks }),
    ...(trial === undefined ? {} : { trial: { ...trialStatus(trial), ...judgesOf(sight) } }),
    ...(aftercare === undefined ? {} : { aftercare: aftercareStatus(aftercare) }),
    ...(notebook.problem === undefined ? {} : { problem: notebook.problem }),
    ...(notebook.refusal === undefined ? {} : { refusal: notebook.refusal }),
    ...(notebook.aside.length === 0 ? {} : { setAside: notebook.aside.slice(-asideShownMax) }),
    ...(notebook.scrub === undefined ? {} : { scrub: notebook.scrub }),
  };
}

function aftercareStatus({ aftercare, backTo, endsMs }: AftercareFacts): NonNullable<UpdateStatus['aftercare']> {
  const crashes = aftercare.crashes.length;
  const checks = aftercare.checks === undefined ? {} : { checks: aftercare.checks };
  return { version: aftercare.version, endsMs, crashes, ...checks, ...(backTo === undefined ? {} : { backTo }) };
}

function judgesOf({ trial }: StatusSight): Pick<NonNullable<UpdateStatus['trial']>, 'judges'> {
  return trial?.phase === 'probation' && trial.judges !== undefined ? { judges: trial.judges } : {};
}

function trialStatus({ release, state, memory, phaseStartedMs, phases }: Trial): NonNullable<UpdateStatus['trial']> {
  const said = state.phase === 'probation' ? state.samples.at(-1) : undefined;
  const figures = said === undefined ? {} : figuresOf(said);
  return { version: release.version, phase: state.phase, memory, phaseStartedMs, phases, figures };
}

function figuresOf({ requests, errors, frames, memoryBytes, meanMs, p99Ms }: GateSample): Record<string, number> {
  return {
    requests,
    errors,
    frames,
    memoryBytes,
    ...(meanMs === undefined ? {} : { meanMs }),
    ...(p99Ms === undefined ? {} : { p99Ms }),
  };
}
