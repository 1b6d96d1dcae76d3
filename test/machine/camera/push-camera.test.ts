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
  const watched = watch(camera, 1);
  assert.equal((await camera.push(new Uint8Array())).outcome, 'empty');
  assert.equal((await camera.push(Buffer.from('no picture'))).outcome, 'not-a-picture');
  assert.equal((await camera.push(picture)).outcome, 'accepted');
  await watched;
});

test('a picture is taken while the camera is being opened, and says when it came', async () => {
  const parts = cameraParts();
  const camera = pushCamera(parts);
  const sentMs = parts.clock.uptimeMs();
  for (const grey of [40, 120]) {
    const sent = await camera.push(await greyPicture({ width: 32, height: 16, grey }));
    assert.equal(sent.outcome, 'accepted');
  }
  await parts.clock.sleep(5000);
  const { frames } = await watch(camera, 1);
  assert.deepEqual(frames.map((frame) => [greyOf(frame), frame.capturedMs]), [[120, sentMs]]); // prettier-ignore
});

test('pictures that come faster than they can be shown are all taken, and the newest is shown', async () => {
  const camera = pushCamera(cameraParts());
  const watched = watch(camera, 2);
  const pictures = await Promise.all([40, 80, 120, 160].map((grey) => greyPicture({ width: 32, height: 16, grey })));
  const sent = await Promise.all(pictures.map((picture) => camera.push(picture)));
  assert.deepEqual(sent.map(({ outcome }) => outcome), ['accepted', 'accepted', 'accepted', 'accepted']); // prettier-ignore
  assert.deepEqual((await watched).frames.map(greyOf), [40, 160]);
});
