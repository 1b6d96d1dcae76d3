import assert from 'node:assert/strict';
import test from 'node:test';
import { pushCamera } from '../../../src/machine/camera/push-camera.ts';
import { cameraParts, greyOf, greyPicture, watch } from './camera-bench.ts';

test('pushed pictures become frames, also when their size changes in mid-stream', async () => {
  const camera = pushCamera(cameraParts());
  const watched = watch(camera, 3);
  for (const [width, grey] of [
    [32, 40],
    [64, 120],
    [20, 220],
  ] as const)
    // prettier-ignore
    assert.equal((await camera.push(await greyPicture({ width, height: 16, grey }, 'jpeg'))).outcome, 'accepted');
  const { frames, end } = await watched;
  assert.deepEqual(frames.map((frame) => [frame.width, frame.height, greyOf(frame)]), [[32, 16, 40], [64, 16, 120], [20, 16, 220]]); // prettier-ignore
  assert.deepEqual(end, { outcome: 'ended' });
});

test('a push is refused with its reason and the next one works', async () => {
  const camera = pushCamera(cameraParts());
  const picture = await greyPicture({ width: 32, height: 16, grey: 40 });
  assert.equal((await camera.push(picture)).outcome, 'not-running');
  const watched = watch(camera, 1);
  assert.equal((await camera.push(new Uint8Array())).outcome, 'empty');
  assert.equal((await camera.push(Buffer.from('no picture'))).outcome, 'not-a-picture');
  assert.equal((await camera.push(picture)).outcome, 'accepted');
  await watched;
  assert.equal((await camera.push(picture)).outcome, 'not-running');
});

test('pushes never queue: while one is read the next is refused', async () => {
  const camera = pushCamera(cameraParts());
  const watched = watch(camera, 1);
  const picture = await greyPicture({ width: 32, height: 16, grey: 40 });
  const [first, second] = await Promise.all([camera.push(picture), camera.push(picture)]);
  assert.deepEqual([first.outcome, second.outcome], ['accepted', 'busy']);
  assert.match(second.message, /^cannot show/);
  await watched;
});
