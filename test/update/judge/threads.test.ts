import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeThreads } from '../../../src/update/judge/threads.ts';
import type { GateSample } from '../../../src/update/judge/gate-facts.ts';
import { facts, limits } from './minute-of-a-trial.ts';

const word = (last: Partial<GateSample>): string => {
  const finding = judgeThreads(facts(last), limits) ?? {};
  return ['broken', 'strained', 'well'].find((name) => name in finding) ?? 'nothing';
};

test('a thread that does no work any more is broken; on a busy machine it is given three times as long', () => {
  assert.equal(word({}), 'nothing');
  assert.equal(word({ threadsSilentMs: { inference: 10_000, writer: 3 } }), 'well');
  assert.equal(word({ threadsSilentMs: { inference: 3, writer: 10_001 } }), 'broken');
  const checks = { system_resources: { status: 'unhealthy', runs: 9 } };
  assert.equal(word({ checks, threadsSilentMs: { writer: 10_001 } }), 'strained');
  assert.equal(word({ checks, threadsSilentMs: { writer: 30_001 } }), 'broken');
});
