import assert from 'node:assert/strict';
import test from 'node:test';
import { pictureOf } from '../fakes/scripted-inference.ts';
import { SecondLooks } from '../../src/visit/second-looks.ts';
import type { VisitFrame } from '../../src/visit/visit-frames.ts';
import { startWorld, visitOf } from './rung-world.ts';

/** Scene 7 is Ada, too small to be found in the whole picture. */
const far = 7;
const burst = 5;
const ring = 6;

test('somebody too far away for a look at the whole frame is found in a part of it, and named', async () => {
  const world = await startWorld(far);
  const visit = await visitOf(world);
  assert.deepEqual([visit.outcome, visit.personName], ['known', 'Ada'], visit.reason);
  assert.ok(visit.picture !== undefined, 'and shown');
  assert.equal(world.feed.framesHeld, 6, 'only the ring buffer holds frames after a visit');
  await world.stop();
});

test('once a face is found, the other frames are looked at where it was', async () => {
  const world = await startWorld(far);
  await visitOf(world);
  const partsLooked = world.inference.calls.filter((call) => call.startsWith('detect part')).length;
  assert.ok(partsLooked <= 9 + 2, `${partsLooked} parts for three frames`);
  await world.stop();
});

test('no frame waits for a second look: where looks are slow all first looks come before it', async () => {
  const looks = await looksThatTake(100);
  const firsts = looks.slice(0, ring + burst).map(({ call }) => call);
  assert.deepEqual(new Set(firsts), new Set(['detect quick 0']));
});

test('where looks are quick, second looks fill the time between two frames, and a frame waits for one of them at most', async () => {
  const looks = await looksThatTake(10);
  const quick = looks.flatMap(({ call, atMs }, place) => (call.startsWith('detect quick') ? [{ atMs, place }] : []));
  assert.ok(
    quick.some(({ place }, at) => at > 0 && place > (quick[at - 1]?.place ?? 0) + 1),
    'some fit in between',
  );
  for (const { atMs } of quick.slice(ring)) assert.ok(atMs % 125 <= 10, `a first look began ${atMs % 125} ms late`);
});

test('an empty street is not looked at for ever', async () => {
  const world = await startWorld(0);
  assert.match((await visitOf(world)).reason ?? '', /^no face in 11 frames$/);
  const partsLooked = world.inference.calls.filter((call) => call.startsWith('detect part')).length;
  assert.ok(partsLooked > 0 && partsLooked <= 40, `${partsLooked} parts`);
  await world.stop();
});

test('the parts in which something has changed are looked at first, then those in the middle', () => {
  const looks = new SecondLooks(() => undefined);
  const still = frameWith(0, undefined);
  looks.offer(still);
  assert.deepEqual(middleOf(looks.next()?.part), [640, 360]);
  looks.offer(frameWith(1, { x: 1100, y: 600 }));
  assert.deepEqual(middleOf(looks.next()?.part), [1016, 572]);
});

test('of more frames than may wait the oldest is let go, and each is let go once', () => {
  const gone: number[] = [];
  const looks = new SecondLooks(({ sequence }) => void gone.push(sequence));
  for (let sequence = 0; sequence < 6; sequence += 1) looks.offer(frameWith(sequence, undefined));
  assert.deepEqual(gone, [0, 1]);
  while (looks.next() !== undefined);
  assert.deepEqual(gone, [0, 1, 5, 4, 3, 2]);
});

/** When every look began, counted from a frame, of a visit of nobody whose looks take so long each. */
async function looksThatTake(durationMs: number): Promise<readonly { call: string; atMs: number }[]> {
  const world = await startWorld(0);
  const looks: { call: string; atMs: number }[] = [];
  const beganMs = world.clock.uptimeMs();
  world.inference.before = (call) => {
    if (call !== 'detect') return undefined;
    looks.push({ call: world.inference.calls.at(-1) ?? '', atMs: world.clock.uptimeMs() - beganMs });
    return world.clock.sleep(durationMs);
  };
  await visitOf(world);
  await world.stop();
  return looks;
}

/** A grey frame with a bright square around a point. */
function frameWith(sequence: number, bright: { x: number; y: number } | undefined): VisitFrame {
  const frame = pictureOf(0, { width: 1280, height: 720 });
  const luma = new Uint8Array(frame.pixels, 0, 1280 * 720).fill(90);
  for (let row = 0; bright !== undefined && row < 80; row += 1)
    luma.fill(220, (bright.y - 40 + row) * 1280 + bright.x - 40, (bright.y - 40 + row) * 1280 + bright.x + 40);
  return { ...frame, sequence };
}

function middleOf(part: { x: number; y: number; width: number; height: number } | undefined): readonly number[] {
  assert.ok(part !== undefined);
  return [part.x + part.width / 2, part.y + part.height / 2];
}
