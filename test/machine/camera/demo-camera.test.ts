import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { demoCamera } from '../../../src/machine/camera/demo-camera.ts';
import { cameraParts, greyOf, greyPicture, watch } from './camera-bench.ts';

const size = { width: 128, height: 72 };

/** A grey door with two visitors: boards, one light and one dark. */
async function demoFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-demo-'));
  t.after(() => rm(folder, { recursive: true }));
  const board = { width: 300, height: 700 };
  const visitors = ['light', 'dark'].map((id) => ({ id, file: `${id}.png`, maskFile: 'mask.png', farScale: 0.75 }));
  await writeFile(join(folder, 'visitors.json'), JSON.stringify({ visitors }));
  await writeFile(join(folder, 'door.jpg'), await greyPicture({ width: 640, height: 360, grey: 128 }, 'jpeg'));
  await writeFile(join(folder, 'light.png'), await greyPicture({ ...board, grey: 250 }));
  await writeFile(join(folder, 'dark.png'), await greyPicture({ ...board, grey: 5 }));
  await writeFile(join(folder, 'mask.png'), await greyPicture({ ...board, grey: 255 }));
  return folder;
}

test('visitors come to the door one after the other, stand there and leave', async (t) => {
  const parts = cameraParts({ ...size, framesPerSecond: 8 });
  const camera = demoCamera(await demoFolder(t), parts);
  const arrived: string[] = [];
  camera.onArrival(({ id }) => arrived.push(id));
  const atDoor: (string | undefined)[] = [];
  const watching = watch(camera, 8 * 23);
  const { frames, end } = await watching;
  for (const frame of frames) {
    const grey = greyOf(frame);
    atDoor.push(grey > 200 ? 'light' : grey < 50 ? 'dark' : undefined);
  }
  assert.deepEqual(arrived, ['light', 'dark']);
  const order = atDoor.filter((id, at) => at === 0 || id !== atDoor[at - 1]);
  assert.deepEqual(order, [undefined, 'light', undefined, 'dark', undefined]);
  const stood = atDoor.filter((id) => id === 'light').length / 8;
  assert.ok(stood >= 4, `the visitor was in the middle for ${stood} s only`);
  assert.equal(camera.nowAtDoor(), undefined, 'nobody is at the door of a camera that is off');
  assert.deepEqual(end, { outcome: 'ended' });
});

test('the same play is shown each time, frame by frame', async (t) => {
  const folder = await demoFolder(t);
  const show = async (): Promise<Buffer> => {
    const { frames } = await watch(demoCamera(folder, cameraParts({ ...size, framesPerSecond: 4 })), 40);
    return Buffer.concat(frames.map(({ pixels }) => new Uint8Array(pixels)));
  };
  assert.ok((await show()).equals(await show()));
});

test('a demo that was not made says how to make it', async () => {
  const { end } = await watch(demoCamera('/nowhere/demo', cameraParts()), 1);
  assert.match(end.outcome === 'failed' ? end.reason : '', /^cannot show the demo in \/nowhere\/demo: .*npm start$/);
});
