import assert from 'node:assert/strict';
import test from 'node:test';
import { newAftercare } from '../../src/slot/trial-record.ts';
import { beginLife, endLife, noteServed, recentCrashes, servedMsOf, type Aftercare } from '../../src/slot/aftercare.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const fresh = newAftercare({ id: 't', version: '2.0.0', digest: 'd', signed: 1, file: 'f', slot: 'b' });
const life = (by: string, minutes: number, bootId = 'boot-1'): { bootId: string; by: string; nowMs: number } => ({
  bootId,
  by,
  nowMs: minutes * minuteMs,
});

test('a life that leaves its trace has crashed; one that ended in good order or with the machine has not', () => {
  let aftercare = beginLife(fresh, life('1:1', 10));
  assert.deepEqual([aftercare.crashes, aftercare.powerCuts], [[], 0]);
  aftercare = beginLife(aftercare, life('2:2', 13));
  assert.deepEqual([aftercare.crashes, aftercare.servedMs], [[3 * minuteMs], 3 * minuteMs]);
  assert.equal(beginLife(aftercare, life('2:2', 14)), aftercare, 'the same process looks twice');
  aftercare = beginLife(endLife(aftercare, life('2:2', 20)), life('3:3', 21));
  assert.deepEqual([aftercare.crashes.length, aftercare.servedMs], [1, 10 * minuteMs]);
  aftercare = beginLife(aftercare, life('4:4', 1, 'boot-2'));
  assert.deepEqual([aftercare.crashes.length, aftercare.powerCuts, aftercare.servedMs], [1, 1, 10 * minuteMs]);
});

test('time served is counted through crashes, and a power cut takes what was not written down', () => {
  let aftercare = beginLife(fresh, life('1:1', 0));
  assert.equal(servedMsOf(aftercare, life('1:1', 90)), 90 * minuteMs);
  aftercare = noteServed(aftercare, life('1:1', 60));
  assert.equal(servedMsOf(aftercare, life('1:1', 90)), 90 * minuteMs);
  assert.equal(beginLife(aftercare, life('2:2', 5, 'boot-2')).servedMs, hourMs);
  assert.equal(servedMsOf(aftercare, life('9:9', 500)), hourMs, 'time of another process is not this one’s');
});

test('crashes count by their rate: those of one day, in a aftercare of any length', () => {
  const crashedAt = (hours: readonly number[]): Aftercare => ({
    ...fresh,
    crashes: hours.map((hour) => hour * hourMs),
  });
  assert.equal(recentCrashes(crashedAt([])), 0);
  assert.equal(recentCrashes(crashedAt([0.05, 0.1, 0.15, 0.2])), 4);
  assert.equal(recentCrashes(crashedAt([1, 20, 24, 30])), 3);
  let aftercare = beginLife(fresh, life('0:0', 0));
  for (let crash = 1; crash < 300; crash += 1) aftercare = beginLife(aftercare, life(`${crash}:1`, crash));
  assert.equal(aftercare.crashes.length, 100, 'bounded');
});
