import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import test, { type TestContext } from 'node:test';
import { EveryChoice } from './choices.ts';
import { exploreLives } from './explore-lives.ts';
import { replay, simulateStory } from './simulate.ts';
import type { Budget } from './simulated-machine.ts';
import { SimulatedDisk } from './simulated-machine-disk.ts';
import { Device } from './update-life.ts';
import { MomentNames } from './update-life-key.ts';
import { goodStory, stories, type Story } from './update-stories.ts';

/** Every schedule from its first power-on to its end, nothing taken for known: where it rested, or what was broken. */
async function endsOfAll(story: Story, budget: Budget): Promise<{ rests: Set<string>; messages: Set<string> }> {
  const names = new MomentNames();
  const rests = new Set<string>();
  const messages = new Set<string>();
  const every = new EveryChoice();
  while (every.next()) {
    const device = new Device(every, budget, story);
    try {
      while (!device.isOver) await device.takeStep();
      rests.add(hash('sha256', names.nameOf(device.moment), 'base64'));
    } catch (error) {
      messages.add(String(error instanceof Error ? error.message : error));
    }
  }
  return { rests, messages };
}

/** A disk that takes a directory for synced that is not. */
function plant(context: TestContext): void {
  context.mock.method(SimulatedDisk.prototype, 'syncDirectory', async () => {});
}

const everything = Number.POSITIVE_INFINITY;

for (const story of stories)
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
