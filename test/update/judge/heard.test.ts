import assert from 'node:assert/strict';
import test from 'node:test';
import { hearTrial, type Hearing } from '../../../src/update/judge/gate.ts';
import type { GateFacts } from '../../../src/update/judge/gate-facts.ts';
import { asking, facts, fault, limits } from './minute-of-a-trial.ts';

test('every judge is heard, with what its word is built on, well or not', () => {
  const judges = (changed: Partial<GateFacts>): Hearing['judges'] => hearTrial(facts({}, changed), limits).judges;
  const wordOf = (name: string, changed: Partial<GateFacts> = {}): unknown =>
    judges(changed).find(({ judge }) => judge === name);
  const saw = 'questions take 10 ms, the incumbent takes 10 ms';
  assert.deepEqual(wordOf('slower'), {
    judge: 'slower',
    verdict: 'well',
    evidence: { asked: 240, answered: 240, compared: 240, saw },
  });
  const failing = asking((turn) => (turn > 220 ? { candidate: fault } : turn > 215 ? { own: fault } : {}));
  assert.deepEqual(wordOf('error-rate-at-once', { asked: failing }), {
    judge: 'error-rate-at-once',
    verdict: 'broken',
    words: '54.3 % of 35 questions failed',
    evidence: { asked: 40, answered: 40, compared: 35, saw: '19 of 35 failed' },
  });
  assert.deepEqual(wordOf('operator', { revertWord: 'no' }), {
    judge: 'operator',
    verdict: 'broken',
    words: 'somebody wanted it: no',
  });
  assert.equal(new Set(judges({}).map(({ judge }) => judge)).size, judges({}).length);
});
