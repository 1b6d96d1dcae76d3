import assert from 'node:assert/strict';
import test from 'node:test';
import { compareNames, type DecidedVisit, type NamedTwice } from '../../../src/update/judge/visit-names.ts';
import { judgeRehearsal } from '../../../src/update/rehearsal-verdict.ts';

const ada: DecidedVisit = { outcome: 'known', personId: 'ada' };
const grace: DecidedVisit = { outcome: 'known', personId: 'grace' };
const probablyAda: DecidedVisit = { outcome: 'probably', personId: 'ada' };
const stranger: DecidedVisit = { outcome: 'stranger' };
const said = (decided: DecidedVisit): NonNullable<NamedTwice['stored']> => ({ ...decided, isHouseholds: true });
const stands = (decided: DecidedVisit): NonNullable<NamedTwice['stored']> => ({ ...decided, isHouseholds: false });
const near = { ada: 1.1, grace: 1.1 };

/** What one visit counts as, beside being known. */
function kindOf(visit: NamedTwice): string | undefined {
  const { known: _known, ...counts } = compareNames([visit]);
  return Object.entries(counts).find(([, count]) => count > 0)?.[0];
}

test('known instead of stranger is no false name, unless it is far from anybody or the household has denied it', () => {
  assert.equal(kindOf({ own: stranger, candidate: ada, farness: near, stored: stands(stranger) }), undefined);
  assert.equal(kindOf({ own: stranger, candidate: ada, stored: stands(ada) }), 'righted');
  assert.equal(kindOf({ own: stranger, candidate: ada, stored: said(ada) }), 'righted');
  assert.equal(kindOf({ own: stranger, candidate: ada, farness: near, stored: said(stranger) }), 'denied');
  assert.equal(
    kindOf({ own: stranger, candidate: ada, farness: { ada: 1.5 }, stored: stands(stranger) }),
    'farFetched',
  );
  assert.equal(kindOf({ own: stranger, candidate: ada, stored: stands(stranger) }), 'farFetched');
  assert.equal(kindOf({ own: { outcome: 'no-face' }, candidate: ada, stored: stands(stranger) }), undefined);
});

test('the household decides which of two names is the false one', () => {
  assert.equal(kindOf({ own: grace, candidate: ada, stored: stands(grace) }), 'other');
  assert.equal(kindOf({ own: grace, candidate: ada, stored: stands(ada) }), 'righted');
  assert.equal(kindOf({ own: grace, candidate: ada, stored: said(ada) }), 'righted');
  assert.equal(kindOf({ own: grace, candidate: ada, stored: said(grace) }), 'denied');
  assert.equal(kindOf({ own: grace, candidate: ada, stored: said(stranger) }), 'denied');
  assert.equal(kindOf({ own: ada, candidate: ada, stored: said(grace) }), undefined, 'both are wrong alike');
});

test('a name less is one that was right', () => {
  assert.equal(kindOf({ own: ada, candidate: probablyAda }), 'lost');
  assert.equal(kindOf({ own: ada, candidate: stranger, stored: said(ada) }), 'lost');
  assert.equal(kindOf({ own: ada, candidate: stranger, stored: said(stranger) }), 'righted');
  assert.equal(kindOf({ own: ada, candidate: stranger, stored: said(grace) }), undefined);
  assert.equal(kindOf({ own: ada, candidate: undefined }), 'lost');
  assert.equal(kindOf({ own: probablyAda, candidate: stranger }), undefined);
  assert.equal(compareNames([{ own: ada }, { own: ada, stored: said(grace) }, { own: stranger }]).known, 1);
});

/** The reason for which a rehearsal of these visits is refused. */
function verdictOf(visits: readonly NamedTwice[]): string | undefined {
  const decisions = visits.map(({ own, stored, farness }, visit) => ({
    visitId: `v${visit}`,
    ...own,
    stored,
    farness,
  }));
  const answers = visits.map(({ candidate = stranger }, visit) => ({ visitId: `v${visit}`, ...candidate }));
  const report = { kind: 'rehearsed' as const, failures: [], goldenFaces: { expected: 0, recognised: 0 }, decisions: answers, memoryBytes: 1 }; // prettier-ignore
  return judgeRehearsal(report, { decisions, goldenFaces: 0, recognitionDropMax: 0.1 })?.reason;
}

test('a better recogniser is taken, a worse one is not', () => {
  const same: NamedTwice = { own: ada, candidate: ada };
  const better: NamedTwice = { own: stranger, candidate: ada, farness: near, stored: stands(stranger) };
  assert.equal(verdictOf([same, better, better, better]), undefined);
  assert.equal(verdictOf([same, { own: stranger, candidate: ada, farness: {} }]), 'false-name', 'it names everybody');
  assert.equal(verdictOf([same, { own: ada, candidate: grace }]), 'false-name');
  const lost = { own: ada, candidate: stranger };
  assert.equal(verdictOf([same, lost]), 'recognition-drop');
  assert.equal(verdictOf([same, same, lost]), undefined, 'one of three is chance');
  assert.equal(verdictOf([same, lost, lost]), 'recognition-drop');
  const righted: NamedTwice = { own: stranger, candidate: grace, stored: said(grace) };
  assert.equal(verdictOf([same, { own: ada, candidate: stranger }, righted]), undefined, 'one lost, one righted');
  assert.equal(verdictOf([righted, righted, { own: stranger, candidate: ada, stored: said(stranger) }]), 'false-name');
});

test('the fix after a release that names nobody, or names wrongly, is taken', () => {
  const namedNobody: NamedTwice = { own: stranger, candidate: ada, farness: { ada: 0.6 }, stored: stands(stranger) };
  assert.equal(verdictOf([namedNobody, namedNobody, namedNobody]), undefined);
  const corrected: NamedTwice = { own: grace, candidate: ada, stored: said(ada) };
  const uncorrected: NamedTwice = { own: grace, candidate: ada, stored: stands(grace) };
  assert.equal(verdictOf([corrected, corrected, uncorrected]), undefined, 'what was corrected speaks for it');
  assert.equal(verdictOf([corrected, uncorrected, uncorrected]), 'false-name');
});
