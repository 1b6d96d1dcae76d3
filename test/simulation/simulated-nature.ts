/** What releases are like when they run: what they answer, what they say of themselves, and what is seen of them. */
import type { RehearsedDecision } from '../../src/update/duty.ts';
import type { AnsweredQuestion, DoorSight } from '../../src/update/judge/gate-facts.ts';
import type { PressFacts } from '../../src/update/judge/presses.ts';

export type Nature =
  | 'good'
  /** Found out before it has the door. */
  | 'not-starting'
  | 'never-ready'
  | 'liar'
  | 'wrong-names'
  | 'blind'
  | 'cannot-migrate'
  | 'forgets-visits'
  | 'takes-the-power'
  /** Found out at the door. */
  | 'hangs-at-take-over'
  | 'crashes'
  | 'hangs'
  | 'babbles'
  | 'leaks'
  | 'unhealthy'
  | 'doubts-itself'
  | 'fails-requests'
  | 'answers-nothing'
  | 'answers-late'
  | 'shuts-the-door'
  | 'says-stored'
  | 'no-frames'
  | 'frames-stand-still'
  /** Found out when it is committed: it crashes while it serves, or whenever it is started. */
  | 'crashes-later'
  | 'crashes-at-start';

/** What no trial shows. */
export const lateNatures: readonly Nature[] = ['crashes-later', 'crashes-at-start'];

/** What the incumbent says about the visits of the rehearsal. */
export const decisions: readonly RehearsedDecision[] = [
  { visitId: 'v1', outcome: 'known', personId: 'ada' },
  { visitId: 'v2', outcome: 'stranger' },
];

export function rehearsal(nature: Nature): unknown {
  const known = { visitId: 'v1', outcome: 'known', personId: nature === 'wrong-names' ? 'eve' : 'ada' };
  const first = nature === 'blind' ? { visitId: 'v1', outcome: 'no-face' } : known;
  const second = nature === 'forgets-visits' ? [] : [{ visitId: 'v2', outcome: 'stranger' }];
  return {
    kind: 'rehearsed',
    failures: nature === 'cannot-migrate' ? ['cannot migrate the database'] : [],
    goldenFaces: { expected: 0, recognised: 0 },
    decisions: [first, ...second],
    memoryBytes: 1e8,
  };
}

/** What it says of itself. A liar says that all is well; each says that callers crowd it, which is no excuse for anything. */
export function heartbeat(beats: number, nature: Nature): unknown {
  if (nature === 'babbles' && beats > 1) return { kind: 'heartbeat', sequence: 'well' };
  const frames = nature === 'frames-stand-still' ? Math.min(1 + beats, 3) : 1 + beats;
  return {
    kind: 'heartbeat',
    sequence: beats,
    frames: nature === 'no-frames' ? 0 : frames,
    checks: { database: { status: nature === 'unhealthy' ? 'unhealthy' : 'healthy', runs: 1 + beats } },
    isCrowded: true,
    requests: 10 * beats,
    errors: 0,
    meanMs: 5,
    p99Ms: 20,
    memoryBytes: nature === 'leaks' ? 1e8 + beats * 1e8 : 1e8,
    ...(nature === 'doubts-itself' ? { validationFailure: 'a golden face is not known any more' } : {}),
  };
}

/** Its answer to a question of the incumbent's; undefined when none comes in time. */
export function answerOf(nature: Nature | undefined): AnsweredQuestion | undefined {
  if (nature === 'answers-nothing') return undefined;
  return { isWell: nature !== 'fails-requests', durationMs: nature === 'answers-late' ? 2400 : 5 };
}

/** What whoever knocks sees of it. */
export function doorOf(nature: Nature | undefined): DoorSight | undefined {
  if (nature === undefined) return undefined;
  const isShut = nature === 'shuts-the-door';
  return {
    knocks: 10,
    answered: isShut ? 0 : 10,
    silentMs: isShut ? 1000 : 0,
    callers: 'few',
    isAtWork: false,
    workedMs: isShut ? 900 : 0,
    ownMs: 1,
  };
}

/** What has become of a press that it was told of; undefined while nobody tells it of any. */
export function pressesOf(nature: Nature | undefined): PressFacts {
  if (nature === undefined) return { passed: 0, stored: 0, slowestMs: 0 };
  if (nature !== 'says-stored') return { passed: 1, stored: 1, slowestMs: 10 };
  const ownWrite = { tookMs: 5, isImpossible: false };
  return { passed: 1, stored: 0, slowestMs: 0, unanswered: { waitedMs: 1000, isSaidStored: true, ownWrite } };
}
