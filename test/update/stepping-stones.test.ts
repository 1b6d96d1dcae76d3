import assert from 'node:assert/strict';
import test from 'node:test';
import { GivenChoices } from '../simulation/choices.ts';
import { deepRelease } from '../simulation/update-life-deep.ts';
import { Device } from '../simulation/update-life.ts';
import type { Placed, TinyRelease } from '../simulation/update-life-releases.ts';
import { goodStory } from '../simulation/update-stories.ts';

// Real release files, the real code of release/ with its trust kept on the disk, and the real updater.

const hourMs = 60 * 60_000;
/** Of simulated time: every release that comes is found at the next look, five minutes later at most. */
const reachedMsMax = hourMs;

const stone = await deepRelease({ version: '2.5.0' });
const last = await deepRelease({ version: '3.0.0', laterMs: hourMs, follows: '2.5.0' });
const otherBoard = await deepRelease({ version: '9.0.0', laterMs: hourMs, flaw: 'wrong-board' });

/** The version that runs at the end, and after which time. */
async function reached(placed: readonly Placed[]): Promise<readonly [string, number]> {
  const device = new Device(new GivenChoices(''), { cuts: 0, faults: 0 }, { ...goodStory, deep: stone, placed });
  while (!device.isOver) await device.takeStep();
  return [device.version, device.machine.uptimeMs()];
}

async function assertReached(version: string, placed: readonly Placed[]): Promise<void> {
  const [end, afterMs] = await reached(placed);
  assert.equal(end, version);
  assert.ok(afterMs <= reachedMsMax, `${version} after ${afterMs} ms`);
}

const ways = ['server', 'pushed', 'stick'] as const;

test('3.0.0 that asks for 2.5.0 is seen first, 2.5.0 is taken, then 3.0.0: however each of them comes', async () => {
  for (const one of ways)
    for (const other of ways)
      await assertReached('3.0.0', [
        { release: last, at: one },
        { release: stone, at: other },
      ]);
});

test('a newer release for another board, signed later and merely seen, keeps nothing out', async () => {
  for (const way of ways)
    await assertReached('2.5.0', [
      { release: otherBoard, at: way },
      { release: stone, at: 'server' },
    ]);
});

test('a newer release whose file is not to be had keeps the older one for no longer', async () => {
  const better: TinyRelease = await deepRelease({ version: '2.6.0', laterMs: hourMs });
  for (const fault of ['missing', 'busy', 'garbage', 'torn'] as const)
    await assertReached('2.5.0', [
      { release: better, at: 'server', fault },
      { release: stone, at: 'server' },
    ]);
});
