import Type, { type Static } from 'typebox';
import { type Aftercare, aftercareSchema } from './aftercare.ts';

/** One more than the largest would be the same number again. */
const closedCount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const name = Type.String({ maxLength: 200 });

/** Which release: `digest` is that of its signed description, `signed` the version of the signatures on it. */
const releaseNameSchema = Type.Object({ version: name, digest: name, signed: closedCount });

const historySchema = Type.Object({
  id: name,
  version: name,
  digest: name,
  outcome: Type.Union([Type.Literal('committed'), Type.Literal('reverted'), Type.Literal('interrupted')]),
  reason: name,
  message: Type.String({ maxLength: 2000 }),
  /** By the wall clock, for people. */
  startedMs: Type.Number(),
  phases: Type.Array(Type.Object({ phase: name, durationMs: Type.Number() }), { maxItems: 20 }),
  /** What the gate saw last. */
  figures: Type.Record(Type.String(), Type.Number()),
  /** The word of each judge, and what it is built on. Of the newest trials only. */
  judges: Type.Optional(
    Type.Array(
      Type.Object({
        judge: name,
        verdict: Type.Union([
          Type.Literal('well'),
          Type.Literal('broken'),
          Type.Literal('missing'),
          Type.Literal('strained'),
        ]),
        words: Type.Optional(Type.String({ maxLength: 300 })),
        evidence: Type.Optional(
          Type.Object({
            asked: Type.Number(),
            answered: Type.Number(),
            compared: Type.Number(),
            saw: Type.Optional(Type.String({ maxLength: 300 })),
          }),
        ),
      }),
      { maxItems: 50 },
    ),
  ),
});

/** The schema of what the incumbent remembers. Read by every later release: fields are added, never changed. */
export const trialRecordSchema = Type.Object({
  format: Type.Literal(1),
  /** One more with each write. */
  sequence: closedCount,
  /** Nothing older is ever put on trial. */
  newestCommitted: Type.Optional(releaseNameSchema),
  /** Trials that began and were not ended by the incumbent: found at its next start. */
  attempts: Type.Array(Type.Object({ digest: name, signed: closedCount, powerCuts: closedCount, deaths: closedCount })),
  rejected: Type.Array(
    Type.Object({ version: name, digest: name, signed: closedCount, file: name, reason: name, atMs: Type.Number() }),
  ),
  history: Type.Array(historySchema),
  underWay: Type.Optional(
    Type.Object({
      id: name,
      version: name,
      digest: name,
      signed: closedCount,
      file: name,
      slot: Type.Union([Type.Literal('a'), Type.Literal('b')]),
      /** The life of the machine in which it began: another one means that the power was cut. */
      bootId: name,
      /** The process that began it: one that finds its own trial merely failed to write its end down. */
      by: name,
      startedMs: Type.Number(),
    }),
  ),
  /** The release file that the owner agreed to, when the device asks first. */
  agreedTo: Type.Optional(name),
  /** Of the release that was committed last. */
  aftercare: Type.Optional(aftercareSchema),
  /** The way back was taken by a process that could tell nobody: this trial of the history is still to be told. */
  untold: Type.Optional(name),
});

/** What the incumbent remembers of trials. The link, not this, says which slot is committed. */
export type TrialRecord = Static<typeof trialRecordSchema>;
export type ReleaseName = Static<typeof releaseNameSchema>;
export type TrialUnderWay = NonNullable<TrialRecord['underWay']>;
export type TrialHistory = Static<typeof historySchema>;
export type RejectedRelease = TrialRecord['rejected'][number];
/** A record in which a trial is under way: the only one that can be committed, reverted or interrupted. */
export type TrialRecordUnderWay = TrialRecord & { readonly underWay: TrialUnderWay };

/** Power cuts that a release may meet on trial before it is left alone until it is signed anew. */
export const powerCutsMax = 3;
/** Times that the incumbent may die beside it. */
export const deathsMax = 3;
const rejectedMax = 200;
const attemptsMax = 50;
const historyMax = 50;
/** Older trials keep their reason and their figures. */
const judgedMax = 10;

/** Reason of a release that met too many power cuts; one signed anew is tried again. */
export const powerCutsReason = 'power-cuts';

/** A device that has never had a trial, or lost its record. */
export const emptyRecord: TrialRecord = { format: 1, sequence: 0, attempts: [], rejected: [], history: [] };

/** True when a trial is under way, to the compiler as well. */
export function isUnderWay(record: TrialRecord): record is TrialRecordUnderWay {
  return record.underWay !== undefined;
}

/** Spends the attempt: from here on an end that nobody records counts against the release. */
export function beginTrial(record: TrialRecord, trial: TrialUnderWay): TrialRecordUnderWay {
  return { ...record, underWay: trial };
}

/** How a trial ended, as far as the record keeps it. */
export type TrialEnd = Omit<TrialHistory, 'id' | 'version' | 'digest' | 'startedMs' | 'outcome'>;

/** The link names the candidate, and from now on it is watched. `checks`: those that were well, where that is known. */
export function commitTrial(record: TrialRecordUnderWay, end: TrialEnd, checks?: readonly string[]): TrialRecord {
  const { id, version, digest, signed, file, slot } = record.underWay;
  const rest = endTrial(record, { ...end, outcome: 'committed' });
  const aftercare = newAftercare({ id, version, digest, signed, file, slot });
  return {
    ...rest,
    newestCommitted: { version, digest, signed },
    aftercare: checks === undefined ? aftercare : { ...aftercare, checks: [...checks] },
    attempts: rest.attempts.filter((attempt) => attempt.digest !== digest),
  };
}

/** Nothing has been seen of it yet. */
export function newAftercare(
  release: Pick<Aftercare, 'id' | 'version' | 'digest' | 'signed' | 'file' | 'slot'>,
): Aftercare {
  return { ...release, servedMs: 0, crashes: [], powerCuts: 0 };
}

/** In the history, of a committed release that was left. */
const backMark = 'back-';

/**
 * How a release was left whose aftercare still stands: the one before that runs again ends it. So where the release runs
 * itself, the link was not moved: the power went in between, or the disk did not allow it.
 */
export function endOfLeft({ history, aftercare }: TrialRecord): TrialHistory | undefined {
  const last = history.at(-1);
  const isLeft = aftercare?.isOver === true && last?.digest === aftercare.digest && last.id.startsWith(backMark);
  return isLeft ? last : undefined;
}

/** Nothing is watched any more. */
export function withoutAftercare(record: TrialRecord): TrialRecord {
  if (record.aftercare === undefined) return record;
  const { aftercare: _aftercare, ...rest } = record;
  return rest;
}

/** A committed release was found wanting, and the way back is taken: told as a trial that was reverted late. */
export function revertCommitted(
  record: TrialRecord,
  release: ReleaseName & { readonly file: string },
  end: Pick<TrialHistory, 'reason' | 'message' | 'startedMs' | 'figures'> & { readonly isToBlame: boolean },
): TrialRecord {
  const { version, digest } = release;
  const { isToBlame, ...told } = end;
  const id = `${backMark}${record.sequence}`;
  const outcome = isToBlame ? 'reverted' : 'interrupted';
  const entry: TrialHistory = { id, version, digest, outcome, phases: [], ...told };
  const { aftercare, ...rest } = record;
  const history = historyWith(record, entry);
  const left = {
    ...rest,
    history,
    untold: id,
    ...(aftercare === undefined ? {} : { aftercare: { ...aftercare, isOver: true } }),
  };
  if (!isToBlame) return left;
  return rejectRelease(left, { ...release, reason: end.reason, atMs: end.startedMs });
}

/** The candidate was found wanting: for good. */
export function revertTrial(record: TrialRecordUnderWay, end: TrialEnd): TrialRecord {
  const rest = endTrial(record, { ...end, outcome: 'reverted' });
  return rejectRelease(rest, { ...record.underWay, reason: end.reason, atMs: record.underWay.startedMs });
}

/** The trial ended for a reason that says nothing about the release: it may be tried again. */
export function cancelTrial(record: TrialRecordUnderWay, end: TrialEnd): TrialRecord {
  return endTrial(record, { ...end, outcome: 'interrupted' });
}

/** Found at start: nobody ended this trial. Enough of these and the release is left alone. */
export function interruptTrial(record: TrialRecordUnderWay, bootId: string): TrialRecord {
  const trial = record.underWay;
  const wasCut = trial.bootId !== bootId;
  const reason = wasCut ? 'power-cut' : 'incumbent-died';
  const message = wasCut ? 'the power was cut during the trial' : 'the incumbent died during the trial';
  const rest = endTrial(record, { reason, message, phases: [], figures: {}, outcome: 'interrupted' });
  const before = rest.attempts.find((attempt) => isSame(attempt, trial));
  const attempt = {
    digest: trial.digest,
    signed: trial.signed,
    powerCuts: (before?.powerCuts ?? 0) + (wasCut ? 1 : 0),
    deaths: (before?.deaths ?? 0) + (wasCut ? 0 : 1),
  };
  const others = rest.attempts.filter((other) => !isSame(other, trial));
  const counted = { ...rest, attempts: [...others, attempt].slice(-attemptsMax) };
  if (attempt.powerCuts >= powerCutsMax)
    return rejectRelease(counted, { ...trial, reason: powerCutsReason, atMs: trial.startedMs });
  if (attempt.deaths >= deathsMax)
    return rejectRelease(counted, { ...trial, reason: 'incumbent-died', atMs: trial.startedMs });
  return counted;
}

/** Remembers that this release is not to be tried. */
export function rejectRelease(record: TrialRecord, rejection: RejectedRelease): TrialRecord {
  const { version, digest, signed, file, reason, atMs } = rejection;
  const others = record.rejected.filter((other) => other.file !== file || !isSame(other, rejection));
  return { ...record, rejected: [...others, { version, digest, signed, file, reason, atMs }].slice(-rejectedMax) };
}

/** Why this release was rejected before; undefined when it may be tried. `file` alone may be known before its head is read. */
export function rejectionOf(
  record: TrialRecord,
  release: { readonly file: string } | ReleaseName,
): RejectedRelease | undefined {
  if ('file' in release) return record.rejected.find(({ file }) => file === release.file);
  return record.rejected.find(
    (other) => other.digest === release.digest && (other.reason !== powerCutsReason || other.signed >= release.signed),
  );
}

function endTrial(
  record: TrialRecordUnderWay,
  end: Omit<TrialHistory, 'id' | 'version' | 'digest' | 'startedMs'>,
): TrialRecord {
  const { underWay, ...rest } = record;
  const { id, version, digest, startedMs } = underWay;
  const entry: TrialHistory = { id, version, digest, startedMs, ...end };
  return { ...rest, history: historyWith(record, entry) };
}

function historyWith({ history }: TrialRecord, entry: TrialHistory): TrialHistory[] {
  const all = [...history, entry].slice(-historyMax);
  return all.map((trial, place) => (place < all.length - judgedMax ? withoutJudges(trial) : trial));
}

function withoutJudges({ judges: _judges, ...trial }: TrialHistory): TrialHistory {
  return trial;
}

function isSame(one: { digest: string; signed: number }, other: { digest: string; signed: number }): boolean {
  return one.digest === other.digest && one.signed === other.signed;
}
