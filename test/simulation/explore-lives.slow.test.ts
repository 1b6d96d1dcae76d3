import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { endsOfAll } from './every-life.ts';
import { exploreLives } from './explore-lives.ts';
import { replay, simulateStory } from './simulate.ts';
import { SimulatedDisk } from './simulated-machine-disk.ts';
import { everydayStories, goodStory } from './update-stories.ts';

/** A disk that takes a directory for synced that is not. */
function plant(context: TestContext): void {
  context.mock.method(SimulatedDisk.prototype, 'syncDirectory', async () => {});
}

const everything = Number.POSITIVE_INFINITY;

/** Without pruning, each further nature of a release takes minutes: `npm run simulate:pruning` has them all. */
const naturesTried = 1;

for (const story of everydayStories
  .filter(({ isLong }) => isLong !== true)
  .map((each) => ({ ...each, natures: each.natures.slice(0, naturesTried) })))
  test(`pruning loses no place where a device may come to rest: ${story.name}`, async () => {
    for (const budget of [
      { cuts: 1, faults: 0 },
      { cuts: 0, faults: 1 },
    ]) {
      const all = await endsOfAll(story, budget);
      const pruned = await exploreLives(story, budget, everything);
      assert.deepEqual([...pruned.rests].toSorted(), [...all.rests].toSorted());
    }
  });

test('pruning loses no broken promise', async (context) => {
  plant(context);
  const all = await endsOfAll(goodStory, { cuts: 1, faults: 0 });
  const pruned = await exploreLives(goodStory, { cuts: 1, faults: 0 }, everything);
  assert.notEqual(all.messages.size, 0);
  assert.deepEqual(new Set(pruned.failures.map(({ message }) => message)), all.messages);
});

test('a schedule that breaks a promise names itself, and breaks the same one when it is replayed', async (context) => {
  plant(context);
  const { failures } = await simulateStory(goodStory, { cuts: 1, faults: 1 });
  assert.notEqual(failures.length, 0);
  for (const { name, message } of failures) {
    const again = await replay(name.split(' '));
    assert.deepEqual(
      again.failures.map((failure) => failure.message),
      [message],
    );
  }
  context.mock.restoreAll();
  const { failures: none } = await replay((failures[0]?.name ?? '').split(' '));
  assert.deepEqual(none, []);
});
