import assert from 'node:assert/strict';
import test from 'node:test';
import { simulateDeep, simulateEvery, simulateSeeds } from './simulate.ts';
import { stories } from './update-stories.ts';

const good = stories.slice(0, 1);
const schedulesMax = 6000;

test('every schedule with one cut keeps the promises, whatever the release is like', async () => {
  const { schedules, failures } = await simulateEvery({ cuts: 1, faults: 1 }, stories.slice(3));
  assert.deepEqual(failures, []);
  assert.ok(schedules > 3000, `only ${schedules} schedules`);
});

test('schedules with two cuts, or with a cut and a fault, keep the promises', async () => {
  for (const budget of [
    { cuts: 2, faults: 0 },
    { cuts: 1, faults: 1 },
  ]) {
    let count = 0;
    const { failures } = await simulateEvery(budget, good, () => (count += 1) > schedulesMax);
    assert.deepEqual(failures, []);
  }
});

test('chance schedules with up to four cuts and three faults keep the promises', async () => {
  assert.deepEqual((await simulateSeeds(8000)).failures, []);
});

test('with real release files and the real code that reads them, every schedule with one cut or one fault holds', async () => {
  for (const budget of [
    { cuts: 1, faults: 0 },
    { cuts: 0, faults: 1 },
  ]) {
    const { schedules, failures } = await simulateDeep(budget);
    assert.deepEqual(failures, []);
    assert.ok(schedules > 200, `only ${schedules} schedules`);
  }
});
