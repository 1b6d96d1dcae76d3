import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeTrial } from '../../../src/update/judge/gate.ts';
import type { AskedBoth } from '../../../src/update/judge/gate-facts.ts';
import { judgeKinds, judgeRow } from '../../../src/update/judge/questions.ts';
import { answeredIn, asking, facts, fault, limits } from './minute-of-a-trial.ts';

/** A minute of reads, and streams that the candidate answers so; undefined: not in time. */
function streams(answers: readonly (AskedBoth['candidate'] | undefined)[], own = answeredIn(10)): AskedBoth[] {
  const asked = asking(() => ({}));
  const stream = answers.map((candidate, turn) => {
    const { candidate: _candidate, ...base } = asked[200 + turn] as AskedBoth;
    const about = { ...base, kind: 'stream' as const, what: '/api/v1/events', own };
    return candidate === undefined ? about : { ...about, candidate };
  });
  return [...asked, ...stream];
}
const row = (asked: AskedBoth[]): boolean => 'broken' in (judgeRow(facts({}, { asked }), limits) ?? {});
const open = (asked: AskedBoth[]): boolean => 'missing' in (judgeKinds(facts({}, { asked })) ?? {});

test('one kind of question that fails three times in a row ends a trial, however well the others go', () => {
  assert.equal(row(streams([fault, fault, fault])), true);
  assert.equal(row(streams([undefined, undefined, undefined])), true, 'silence is a fault');
  assert.equal(row(streams([fault, fault])), false);
  assert.equal(row(streams([fault, answeredIn(1), fault, fault])), false);
  assert.equal(judgeTrial(facts({}, { asked: streams([fault, fault, fault]) }), limits).outcome, 'revert');
});

test('on a machine without time to spare twice as many must fail, however long it has been so', () => {
  const checks = { system_resources: { status: 'unhealthy', runs: 9 } };
  const strained = (length: number): boolean => {
    const silent = streams(Array.from({ length }, () => undefined));
    return 'broken' in (judgeRow(facts({ checks }, { asked: silent }), limits) ?? {});
  };
  assert.deepEqual([strained(5), strained(6)], [false, true]);
});

test('what the incumbent fails at too, and what callers crowd out, is no fault', () => {
  assert.equal(row(streams([fault, fault, fault], fault)), false);
  const crowded = streams([undefined, undefined, undefined]).map(({ candidate: _heard, ...one }) => ({
    ...one,
    callers: 'crowd' as const,
  }));
  assert.equal(row(crowded), false);
  assert.equal(open(streams([undefined])), true);
  assert.equal(open(crowded), false, 'callers who are in the way all through a trial do not end it');
  const refused = { isWell: true, isRefused: true, durationMs: 1 } as const;
  assert.equal(row(streams([fault, fault, refused, fault])), true, 'a refusal is nothing, neither well nor ill');
});

test('callers are no excuse for one kind of question that is never answered while the others are', () => {
  const silent = (length: number, isRestHeard: boolean): AskedBoth[] =>
    streams(Array.from({ length }, () => undefined)).map(({ candidate, ...one }) =>
      candidate === undefined || !isRestHeard ? { ...one, callers: 'crowd' } : { ...one, candidate, callers: 'crowd' },
    );
  assert.deepEqual([row(silent(2, true)), open(silent(2, true))], [false, true]);
  assert.deepEqual([row(silent(3, true)), open(silent(3, true))], [true, true]);
  assert.deepEqual([row(silent(3, false)), open(silent(3, false))], [false, false], 'where nobody is heard it is they');
});

test('nothing is committed before every kind of question was answered well once', () => {
  const planned = judgeKinds(facts({}, { kinds: ['read', 'picture'] }));
  assert.match(JSON.stringify(planned), /not answered well yet: picture/, 'not asked yet');
  assert.equal(open(streams([fault, answeredIn(9)])), false);
  assert.equal(open(streams([fault])), true);
  assert.equal(open(streams([{ isWell: true, isRefused: true, durationMs: 1 }])), true);
  assert.equal(judgeTrial(facts({}, { asked: streams([fault]) }), limits).outcome, 'hold');
});

test('where the incumbent waits for a processor too, the candidate may take twice as much more', () => {
  const word = (durationMs: number, lateMs: number): string => {
    const asked = asking(() => ({ own: answeredIn(15), candidate: answeredIn(durationMs), lateMs }));
    return judgeTrial(facts({}, { asked }), limits).outcome;
  };
  assert.deepEqual([word(31, 1), word(31, 5), word(61, 5)], ['revert', 'commit', 'revert']);
});

test('times are those of reads: a picture takes what it takes', () => {
  const pictures = asking((turn) => (turn % 2 === 0 ? { kind: 'picture', candidate: answeredIn(5000) } : {}));
  assert.equal(judgeTrial(facts({}, { asked: pictures }), limits).outcome, 'commit');
});
