import assert from 'node:assert/strict';
import test from 'node:test';
import type { Frame } from '../../src/system/camera.ts';
import { VisitFrames } from '../../src/visit/visit-frames.ts';
import { VisitUnderWay } from '../../src/visit/visit-under-way.ts';

const clock = { uptimeMs: () => 0, wallMs: () => 0, sleep: () => Promise.resolve() };

function frame(sequence: number): Frame {
  return { sequence, width: 2, height: 2, pixels: new SharedArrayBuffer(6), capturedMs: 0 };
}

function feedOf(before: number): {
  readonly held: Set<number>;
  readonly give: (frame: Frame) => void;
  readonly frames: VisitFrames;
} {
  const held = new Set<number>(Array.from({ length: before }, (_, sequence) => sequence));
  let give: (frame: Frame) => void = () => assert.fail('nobody listens');
  const feed = {
    recent: () => Array.from({ length: before }, (_, sequence) => frame(sequence)),
    subscribe: (listener: (frame: Frame) => void) => ((give = listener), () => undefined),
    retain: ({ sequence }: Frame) => void held.add(sequence),
    letGo: ({ sequence }: Frame) => void held.delete(sequence),
    status: () => ({}),
  };
  const start = {
    id: 'v', triggerId: 't', source: 'button', press: undefined, triggeredMs: 0, startedMs: 0, burstFrames: 3,
  } as const; // prettier-ignore
  const events = { emit: () => undefined };
  const frames = new VisitFrames(feed, clock, new VisitUnderWay(start, { clock, events }));
  return { held, give: (one) => give(one), frames };
}

test('frames of the burst take the places of the oldest that nobody has looked at; all of a burst has room', async () => {
  const { held, give, frames } = feedOf(4);
  for (const sequence of [4, 5, 6, 7]) give(frame(sequence));
  assert.deepEqual([...held], [3, 4, 5, 6], 'three of a burst, and no more than four in all');
  const seen = [];
  for (let left = 4; left > 0; left -= 1) seen.push((await frames.takeNewest())?.sequence);
  assert.deepEqual(seen, [6, 5, 4, 3]);
  frames.close();
  assert.deepEqual([...held], []);

  const none = feedOf(0);
  for (const sequence of [0, 1, 2]) none.give(frame(sequence));
  assert.deepEqual([...none.held], [0, 1, 2]);
});
