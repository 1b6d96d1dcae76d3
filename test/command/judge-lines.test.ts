import assert from 'node:assert/strict';
import test from 'node:test';
import { durationText, judgeLines, trialLines } from '../../src/command/trial-words.ts';

const saw = 'questions take 11 ms, the incumbent takes 10 ms';
const judges = [
  { judge: 'heartbeat', verdict: 'well', words: null, evidence: null },
  { judge: 'slower', verdict: 'well', words: null, evidence: { asked: 240, answered: 239, compared: 200, saw } },
  {
    judge: 'error-rate',
    verdict: 'broken',
    words: '7.0 % of 100 questions failed\u001B[2J',
    evidence: { asked: 100, answered: 100, compared: 0, saw: null },
  },
  { judge: 'frames', verdict: 'missing', words: 'no camera frame yet', evidence: null },
];

test('each judge is told with its evidence, and those that had nothing to look at on one line', () => {
  const lines = judgeLines(judges).map((line) => line.replaceAll(/ {2,}/g, '  ').trim());
  assert.deepEqual(lines, [
    `slower  well  asked 240, answered 239, compared 200: ${saw}`,
    'error-rate  broken  asked 100, answered 100; 7.0 % of 100 questions failed\\u{1b}[2J',
    'frames  missing  no camera frame yet',
    'nothing against it: heartbeat',
  ]);
});

test('a trial of a release that told no judges is told without', () => {
  const trial = { id: 't', version: '1.1.0', outcome: 'committed', reason: 'proved', message: 'well', startedMs: 0 };
  assert.equal(trialLines({ ...trial, phases: [], figures: {} }).length, 1);
  assert.equal(trialLines({ ...trial, phases: [], figures: {}, judges }).length, 5);
});

test('long times are told in hours', () => {
  assert.deepEqual([durationText(3_600_000), durationText(86_040_000)], ['1 h', '23 h 54 min']);
});
