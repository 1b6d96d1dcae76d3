import assert from 'node:assert/strict';
import test from 'node:test';
import type { Candidate } from '../../src/system/candidate.ts';
import type { Duty } from '../../src/update/duty.ts';
import { handOver } from '../../src/update/hand-over.ts';
import type { Trial, UpdateTools } from '../../src/update/update-parts.ts';

interface Scene {
  readonly isMachineStrained: boolean;
  readonly ended?: string;
  readonly isPassed?: boolean;
}

/** Whether a hand-over that failed is taken for the candidate's fault. */
async function blameOf({ isMachineStrained, ended, isPassed = false }: Scene): Promise<boolean | undefined> {
  const baseline = { requests: 0, errors: 0, hasFrames: false, checks: [], isMachineStrained };
  const passed = isPassed
    ? { outcome: 'done', durationMs: 1 }
    : { outcome: 'failed', reason: 'it could not prepare itself' };
  const duty = { baseline: () => baseline, handOver: async () => passed } as unknown as Duty;
  const candidate = { pid: 1, ended: () => ended, ask: async () => undefined } as unknown as Candidate;
  const trial = { state: { phase: 'rehearsed', candidate }, phases: [], phaseStartedMs: 0 } as unknown as Trial;
  const tools = { duty, clock: { uptimeMs: () => 0 } } as unknown as UpdateTools;
  const { state } = await handOver(tools, trial, candidate);
  return state.phase === 'failed' ? state.failure.isItsFault : undefined;
}

test('a candidate that is late before it has the door is not blamed on a busy machine, one that ended or has the door is', async () => {
  assert.equal(await blameOf({ isMachineStrained: true }), false);
  assert.equal(await blameOf({ isMachineStrained: false }), true);
  assert.equal(await blameOf({ isMachineStrained: true, ended: 'exit 1' }), true);
  assert.equal(await blameOf({ isMachineStrained: true, isPassed: true }), true);
});
