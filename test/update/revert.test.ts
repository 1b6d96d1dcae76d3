import assert from 'node:assert/strict';
import test from 'node:test';
import type { Candidate } from '../../src/system/candidate.ts';
import type { Log } from '../../src/system/log.ts';
import type { Duty } from '../../src/update/duty.ts';
import { revert } from '../../src/update/revert.ts';
import type { TrialFailureReason } from '../../src/update/trial-failure.ts';
import type { Trial, UpdateTools } from '../../src/update/update-parts.ts';

/** What happens at a revert, in order, and how long the door was unanswered. */
async function revertOf({
  answers,
  reason = 'operator',
}: {
  readonly answers: boolean;
  readonly reason?: TrialFailureReason;
}): Promise<{ acts: string[]; revertMs: unknown; waitedMs: number }> {
  const acts: string[] = [];
  let nowMs = 0;
  let killedMs: number | undefined;
  const candidate = {
    pid: 1,
    ended: () => undefined,
    async ask({ kind }: { kind: string }, timeoutMs: number) {
      acts.push(`asked to ${kind}`);
      nowMs += answers ? 10 : timeoutMs;
      return answers ? { kind: 'reverted' } : undefined;
    },
    async stop(timeoutMs: number) {
      if (timeoutMs === 0) killedMs ??= nowMs;
      acts.push(timeoutMs === 0 ? 'killed' : 'may finish');
      await Promise.resolve();
      acts.push('gone');
      nowMs += timeoutMs;
    },
  } as unknown as Candidate;
  const duty = {
    async takeBack(gone?: Promise<void>) {
      acts.push('the door is answered');
      await gone;
      acts.push('nothing is left');
      return { outcome: 'done', durationMs: 5 };
    },
  } as unknown as Duty;
  const log = { warn: () => undefined } as unknown as Log;
  const tools = { duty, clock: { uptimeMs: () => nowMs }, log } as unknown as UpdateTools;
  const trial = { state: { phase: 'failed', candidate }, phases: [], phaseStartedMs: 0 } as unknown as Trial;
  const { state } = await revert(tools, trial, { reason, message: 'somebody wanted it', isItsFault: true });
  const revertMs = state.phase === 'unrecorded' ? state.seen.figures['revertMs'] : undefined;
  return { acts, revertMs, waitedMs: killedMs ?? 0 };
}

test('a candidate that lets the door go may finish while the incumbent answers it already', async () => {
  const { acts, revertMs } = await revertOf({ answers: true });
  assert.deepEqual(acts, ['asked to revert', 'may finish', 'the door is answered', 'gone', 'nothing is left']);
  assert.equal(revertMs, 15, 'nobody waits for its end');
});

test('a candidate that does not answer is killed at once, and only then is the door taken from it', async () => {
  const { acts } = await revertOf({ answers: false });
  assert.deepEqual(acts.slice(0, 4), ['asked to revert', 'killed', 'gone', 'may finish']);
  assert.equal(acts.indexOf('the door is answered') > acts.indexOf('gone'), true);
});

test('one whose door has been silent is hardly waited for, since people wait meanwhile', async () => {
  const { waitedMs } = await revertOf({ answers: false, reason: 'door' });
  const { waitedMs: otherMs } = await revertOf({ answers: false, reason: 'names' });
  assert.deepEqual([waitedMs, otherMs], [50, 250]);
});
