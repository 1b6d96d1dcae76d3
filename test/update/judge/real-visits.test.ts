import assert from 'node:assert/strict';
import test from 'node:test';
import type { Finding } from '../../../src/update/judge/finding.ts';
import { judgeTrial } from '../../../src/update/judge/gate.ts';
import { judgeKept, judgeNamed, judgeTold, type RealVisits } from '../../../src/update/judge/real-visits.ts';
import type { DecidedVisit, NamedTwice } from '../../../src/update/judge/visit-names.ts';
import { facts, limits } from './minute-of-a-trial.ts';

const ada: DecidedVisit = { outcome: 'known', personId: 'ada' };
const grace: DecidedVisit = { outcome: 'known', personId: 'grace' };
const probablyAda: DecidedVisit = { outcome: 'probably', personId: 'ada' };
const stranger: DecidedVisit = { outcome: 'stranger' };
const noFace: DecidedVisit = { outcome: 'no-face' };
const near = { ada: 1.1, grace: 1.1 };
const whole = { looked: 9, lacking: 0 };

const some = (count: number, visit: NamedTwice): NamedTwice[] => Array.from({ length: count }, () => visit);
const seen = (changed: Partial<RealVisits>): RealVisits => ({
  visits: 9, named: [], told: whole, kept: whole, gone: 0, ...changed,
}); // prettier-ignore
const broken = (finding: Finding): string | undefined =>
  finding !== undefined && 'broken' in finding ? finding.broken : undefined;
const named = (...visits: readonly NamedTwice[][]): string | undefined =>
  broken(judgeNamed({ real: seen({ named: visits.flat() }) }));

const alike = { own: ada, candidate: ada };
const lost = { own: ada, candidate: noFace };
const other = { own: ada, candidate: grace };

test('fewer names end a trial when several visits show it, and more than a third of all', () => {
  assert.equal(named(some(9, alike)), undefined);
  assert.equal(named(some(2, lost)), undefined, 'two are no sign of anything');
  assert.match(named(some(3, lost)) ?? '', /in 3 of 3 visits it does not name whom the incumbent names/);
  assert.match(named(some(3, { own: ada, candidate: stranger }), some(5, alike)) ?? '', /in 3 of 8 visits/);
  assert.equal(named(some(3, lost), some(6, alike)), undefined, 'a third of all: it had seen other frames too');
  assert.equal(named(some(9, { own: ada, candidate: probablyAda })), undefined, 'more frames, less sure');
  assert.match(named(some(3, { own: grace, candidate: probablyAda })) ?? '', /in 3 of 3 visits it does not name/);
});

test('visitors, and visits that the incumbent makes itself, are each judged for themselves', () => {
  const word = (own: NamedTwice[], visitors: NamedTwice[]): string | undefined =>
    broken(judgeNamed({ presses: { own: { named: own } }, real: seen({ named: visitors }) }));
  assert.equal(word(some(2, lost), some(2, lost)), undefined);
  assert.match(word(some(3, lost), []) ?? '', /in 3 of 3 visits/);
  assert.match(word(some(30, alike), some(3, lost)) ?? '', /in 3 of 3 visits/, 'good with own presses alone');
  assert.match(word(some(3, lost), some(30, alike)) ?? '', /in 3 of 3 visits/);
});

test('other names end a trial, but one or two of them never', () => {
  assert.equal(named(some(2, other)), undefined);
  assert.match(named(some(3, other), some(5, alike)) ?? '', /in 3 of 8 visits it gave another name than the incumbent/);
  assert.equal(named(some(3, other), some(6, alike)), undefined);
  assert.match(named(some(3, { own: stranger, candidate: ada })) ?? '', /another name/, 'far from anybody');
});

test('more and better names are no reason', () => {
  assert.equal(named(some(9, { own: stranger, candidate: ada, farness: near })), undefined);
  assert.equal(named(some(9, { own: noFace, candidate: ada })), undefined);
  assert.equal(named(some(9, { own: probablyAda, candidate: ada })), undefined);
});

test('the household says which name is the false one', () => {
  const said = (decided: DecidedVisit): NamedTwice => ({ ...other, stored: { ...decided, isHouseholds: true } });
  assert.equal(named(some(9, said(grace))), undefined, 'the incumbent was wrong');
  assert.equal(named(some(3, other), some(1, said(grace))), undefined, 'what it gets right speaks for it');
  assert.equal(named(some(1, said(ada))), undefined);
  assert.match(named(some(2, said(ada)), some(9, alike)) ?? '', /the household has denied in 2 visits/);
  assert.equal(named(some(3, { ...lost, stored: { ...stranger, isHouseholds: true } })), undefined);
});

test('emptier outboxes and missing pictures end a trial when several visits show it', () => {
  const lacking = (bad: number, looked: number): RealVisits['told'] => ({ looked, lacking: bad, words: '0 of 1' });
  for (const [what, judge, words] of [
    ['told', judgeTold, /3 of 5 visits were told to fewer than they are to be: 0 of 1/],
    ['kept', judgeKept, /3 of 5 visits are not kept as they are to be: 0 of 1/],
  ] as const) {
    assert.match(broken(judge({ real: seen({ [what]: lacking(3, 5) }) })) ?? '', words);
    assert.equal(broken(judge({ real: seen({ [what]: lacking(2, 2) }) })), undefined);
    assert.equal(broken(judge({ real: seen({ [what]: lacking(3, 9) }) })), undefined);
  }
});

test('visits whose rows are gone end a trial, one does not', () => {
  assert.equal(broken(judgeKept({ real: seen({ gone: 1 }) })), undefined);
  assert.match(broken(judgeKept({ real: seen({ gone: 2 }) })) ?? '', /2 visits are gone, and nobody knows why/);
});

test('the gate hears all three, with what they are built on, and nothing before there was a visit', () => {
  const lacking = { looked: 3, lacking: 3, words: '' };
  const triggerOf = (real: RealVisits): string | undefined => {
    const verdict = judgeTrial(facts({}, { real }), limits);
    return verdict.outcome === 'revert' ? verdict.trigger : undefined;
  };
  assert.equal(triggerOf(seen({ named: some(3, lost) })), 'named');
  assert.equal(triggerOf(seen({ told: lacking })), 'told');
  assert.equal(triggerOf(seen({ kept: lacking })), 'kept');
  assert.equal(triggerOf(seen({ named: some(9, alike) })), undefined);
  const { evidence } =
    judgeNamed({ real: seen({ named: [...some(4, alike), ...some(1, lost), ...some(1, other)] }) }) ?? {};
  const saw = "5 of 6 visits with the incumbent's names, 1 with others";
  assert.deepEqual(evidence, { asked: 9, answered: 6, compared: 6, saw });
  assert.deepEqual([judgeNamed({}), judgeTold({ real: seen({ visits: 0 }) }), judgeKept({})], [undefined, undefined, undefined]); // prettier-ignore
});

test('what is tried in vain by a channel that worked is waited for, without blame; what nobody tries ends the trial', () => {
  const told = (unsent: RealVisits['unsent'], changed: Partial<RealVisits> = {}): string =>
    JSON.stringify(judgeTold({ real: seen({ ...(unsent === undefined ? {} : { unsent }), ...changed }) }));
  const tried = { channel: 'webhook', visits: 3, isTried: true };
  assert.match(told(undefined), /"well"/);
  assert.match(told({ ...tried, visits: 2 }), /"well"/, 'two are no sign of anything');
  assert.match(told(tried), /"strained":"3 visits were told to nobody yet by webhook, which worked before"/);
  assert.match(told({ ...tried, isTried: false }), /"broken":"nobody tries to tell of 3 visits by webhook"/);
  assert.match(told(tried, { told: { looked: 3, lacking: 3 } }), /"broken":"3 of 3 visits were told to fewer/);
  const real = seen({ unsent: tried });
  assert.equal(judgeTrial(facts({}, { real }), limits).outcome, 'hold');
});
