import Type, { type Static } from 'typebox';
import type { Judgement } from '../update/judge/finding.ts';
import type { WaitReason } from '../update/update-state.ts';
import { nullable } from './shapes.ts';
import type { PastTrial, UpdateDesk } from './update-desk.ts';

type Status = UpdateDesk['status'];

const phasesShape = Type.Array(Type.Object({ phase: Type.String(), durationMs: Type.Number() }), {
  description: 'What is done, in order',
});
const figuresShape = Type.Record(Type.String(), Type.Number(), { description: 'What the gate saw last' });

const judgesShape = Type.Array(
  Type.Object({
    judge: Type.String({ description: 'What it looks at: heartbeat, health-check, slower …' }),
    verdict: Type.Enum(['well', 'broken', 'missing', 'strained'], {
      description: 'broken ends the trial; missing and strained keep it from being committed',
    }),
    words: nullable(Type.String({ description: 'Why it is not well' })),
    evidence: nullable(
      Type.Object({
        asked: Type.Integer({ description: 'How often it asked or looked' }),
        answered: Type.Integer(),
        compared: Type.Integer({ description: 'Held against the incumbent’s own answers' }),
        saw: nullable(Type.String({ description: 'What it saw, for people' })),
      }),
    ),
  }),
  { description: 'Each judge of the trial, with what its word is built on' },
);

export const updateShape = Type.Object({
  running: Type.Object({ version: Type.String(), slot: Type.String() }),
  phase: Type.String({
    description:
      'What the updater does: wait, check, verify, fetch, stage, rehearse, hand-over, judge, commit, revert …',
  }),
  words: Type.String({ description: 'The same for people' }),
  waitsFor: nullable(Type.String({ description: 'Why it waits: nothing-new, consent, window …' })),
  offer: nullable(
    Type.Object({
      file: Type.String({ description: 'For consent' }),
      from: Type.String(),
      version: nullable(Type.String()),
      bytes: Type.Number(),
    }),
  ),
  fetched: nullable(Type.Number({ description: 'Share of the release file that is here, 0 to 1' })),
  trial: nullable(
    Type.Object({
      version: Type.String(),
      phase: Type.String({ description: 'rehearsed, probation, failed, unrecorded (reverted), committed' }),
      memory: Type.Enum(['warm', 'cold']),
      elapsedMs: Type.Number({ description: 'Since the present phase began' }),
      phases: phasesShape,
      figures: figuresShape,
      judges: judgesShape,
    }),
  ),
  aftercare: nullable(
    Type.Object(
      {
        version: Type.String({ description: 'Committed not long ago' }),
        backTo: nullable(
          Type.String({ description: 'The release in the other slot; null where there is no way back' }),
        ),
        leftMs: Type.Number({ description: 'Until nothing is watched any more' }),
        crashes: Type.Integer(),
      },
      { description: 'After a commit the other slot stays the way back: taken by itself, or by a revert' },
    ),
  ),
  problem: nullable(Type.String({ description: 'What went wrong last' })),
  refusal: nullable(
    Type.Object(
      { file: Type.String(), reason: Type.String(), message: Type.String() },
      { description: 'The release file that was refused last, and why' },
    ),
  ),
  setAside: Type.Array(
    Type.Object({
      file: Type.String(),
      from: Type.String(),
      version: nullable(Type.String()),
      reason: Type.String({ description: 'For programs: wrong-hardware, not-newer, unreachable …' }),
      message: Type.String({ description: 'For people' }),
      againMs: nullable(Type.Number({ description: 'Until it has its turn again; null when its file was removed' })),
    }),
    { description: 'What was found and cannot be taken now, each by itself; the last one last' },
  ),
  scrub: nullable(
    Type.Object(
      {
        atMs: Type.Number({ description: 'Milliseconds since 1970' }),
        filesRepaired: Type.Integer(),
        damaged: Type.Array(Type.Object({ slot: Type.String(), message: Type.String() })),
      },
      { description: 'The last reading of every byte of both slots' },
    ),
  ),
  mayRevert: Type.Boolean(),
});
export type UpdateAnswer = Static<typeof updateShape>;

export const slotsShape = Type.Array(
  Type.Object({
    slot: Type.String(),
    isCommitted: Type.Boolean({ description: 'Power-on starts this one' }),
    version: nullable(Type.String({ description: 'Null while nothing in it may be started' })),
  }),
);

export const pastTrialShape = Type.Object({
  id: Type.String(),
  version: Type.String(),
  outcome: Type.Enum(['committed', 'reverted', 'interrupted']),
  reason: Type.String({ description: 'For programs: proved, operator, heartbeat, error-rate …' }),
  message: Type.String({ description: 'For people' }),
  startedMs: Type.Number({ description: 'Milliseconds since 1970' }),
  phases: phasesShape,
  figures: figuresShape,
  judges: judgesShape,
});

/** One trial that is over. */
export function pastTrialAnswer(trial: PastTrial): Static<typeof pastTrialShape> {
  const { id, version, outcome, reason, message, startedMs, phases, figures, judges = [] } = trial;
  const seen = { phases: [...phases], figures: { ...figures }, judges: judges.map(judgeAnswer) };
  return { id, version, outcome, reason, message, startedMs, ...seen };
}

/** The word of one judge. */
function judgeAnswer({ judge, verdict, words, evidence }: Judgement): Static<typeof judgesShape>[number] {
  return {
    judge,
    verdict,
    words: words ?? null,
    evidence: evidence === undefined ? null : { ...evidence, saw: evidence.saw ?? null },
  };
}

/** What the updater does, for people and programs. `nowMs`: `clock.uptimeMs()`. */
export function updateAnswer({ running, status }: Pick<UpdateDesk, 'running' | 'status'>, nowMs: number): UpdateAnswer {
  const { phase, waitsFor, offer, fetched, trial, aftercare, problem, refusal, setAside = [], scrub } = status;
  return {
    running: { version: running.version, slot: running.slot },
    phase,
    words: wordsOf(status) ?? (trial === undefined ? 'updating' : `release ${trial.version} is on trial`),
    waitsFor: waitsFor ?? null,
    offer: offer === undefined ? null : { ...offer, version: offer.version ?? null },
    fetched: fetched ?? null,
    trial:
      trial === undefined
        ? null
        : {
            version: trial.version,
            phase: trial.phase,
            memory: trial.memory,
            elapsedMs: Math.max(0, nowMs - trial.phaseStartedMs),
            phases: [...trial.phases],
            figures: { ...trial.figures },
            judges: (trial.judges ?? []).map(judgeAnswer),
          },
    aftercare: aftercare === undefined ? null : aftercareAnswer(aftercare, nowMs),
    problem: problem ?? null,
    refusal: refusal === undefined ? null : { ...refusal },
    setAside: setAside.map(({ file, from, version, reason, message, untilMs, isPutAway }) => ({
      file, from, version: version ?? null, reason, message, againMs: isPutAway ? null : Math.max(0, untilMs - nowMs),
    })), // prettier-ignore
    scrub:
      scrub === undefined
        ? null
        : {
            atMs: scrub.atMs,
            filesRepaired: scrub.repaired.length,
            damaged: scrub.damaged.map((damage) => ({ ...damage })),
          },
    mayRevert: mayRevert(status),
  };
}

function aftercareAnswer(
  { version, backTo, endsMs, crashes }: NonNullable<Status['aftercare']>,
  nowMs: number,
): NonNullable<UpdateAnswer['aftercare']> {
  return { version, backTo: backTo ?? null, leftMs: Math.max(0, endsMs - nowMs), crashes };
}

function mayRevert({ trial, aftercare }: Status): boolean {
  if (trial === undefined) return aftercare?.backTo !== undefined;
  return trial.phase === 'rehearsed' || trial.phase === 'probation';
}

const waitWords: Readonly<Record<Exclude<WaitReason, 'consent'>, string>> = {
  'lease': 'another process updates this device',
  'pause': 'trying again a little later',
  'nothing-new': 'no newer release was found',
  'rejected': 'what was found was rejected before',
  'not-newer': 'what was found is not newer than what runs',
  'set-aside': 'what was found cannot be taken now',
  'aftercare': 'waiting: the release before is the way back for the first hour after a commit',
  'window': 'waiting for the maintenance window',
  'memory': 'waiting for memory: too little is free to start a release',
}; // prettier-ignore

/** Undefined for a phase that only the incumbent knows, whose release is another one. */
function wordsOf(status: Status): string | undefined {
  const name = `release ${status.trial?.version ?? status.offer?.version ?? ''}`.trim();
  switch (status.phase) {
    case 'wait':
      if (status.waitsFor === undefined) return 'waiting';
      return status.waitsFor === 'consent' ? `waiting for your consent to ${name}` : waitWords[status.waitsFor];
    case 'take-lease':
    case 'settle':
    case 'clean': return 'tidying up after the last start';
    case 'note-served': return 'writing down the time served';
    case 'fall-back': return 'giving the door back to the release before';
    case 'scrub': return 'reading both slots again';
    case 'check': return 'looking for a release';
    case 'verify': return `verifying ${name}`;
    case 'set-aside': return `putting ${name} aside`;
    case 'fetch': return `fetching ${name}`;
    case 'stage': return `staging ${name}`;
    case 'rehearse': return `rehearsing ${name} off duty`;
    case 'hand-over': return `handing over to ${name}`;
    case 'judge': return `${name} serves on probation`;
    case 'commit': return `committing ${name}`;
    case 'revert':
    case 'record': return `reverting ${name}`;
    case 'leave': return `${name} is committed`;
  } // prettier-ignore
}
