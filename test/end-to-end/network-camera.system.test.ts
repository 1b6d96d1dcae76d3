// A whole appliance with a camera of the network that tells the wrong time, or has frozen.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import sharp from 'sharp';
import { mjpegCamera, rtspCamera, stillVideo } from '../machine/camera/network-cameras.ts';
import { demoPicture } from '../people/demo-faces.ts';
import { type Appliance, newFolder, startAppliance, waitFor } from './appliance-process.ts';

interface Status {
  readonly camera: { readonly framesTotal: number; readonly restarts: number; readonly reason: string | null };
}
const cameraOf = async (appliance: Appliance): Promise<Status['camera']> =>
  (await appliance.json<Status>('/api/v1/status')).camera;

/** Waits until so many more pictures have come: the camera's own beat is the clock. */
async function framesPass(appliance: Appliance, count: number): Promise<void> {
  const { framesTotal } = await cameraOf(appliance);
  await waitFor('pictures', async () => (await cameraOf(appliance)).framesTotal >= framesTotal + count);
}

test('who has left is not announced, although the camera’s clock jumps an hour ahead', async (t) => {
  const folder = newFolder(t);
  const [ada, empty] = [join(folder, 'ada.jpg'), join(folder, 'empty.png')];
  writeFileSync(ada, await demoPicture('red'));
  writeFileSync(empty, await emptyDoor());
  const [face, door] = [stillVideo(ada), stillVideo(empty)];
  let leftAt: number | undefined;
  let isLeaving = false;
  const source = await rtspCamera(t, {
    framesPerSecond: 8,
    picture(turn) {
      if (isLeaving && turn % 8 === 0) leftAt ??= turn;
      return (leftAt === undefined ? face[turn % face.length] : door[(turn - leftAt) % door.length]) ?? [];
    },
    clock: (turn) => turn / 8 + (leftAt === undefined ? 0 : 3600),
  });
  const appliance = await startAppliance(t, { home: join(folder, 'home'), settings: { 'camera.source': source } });
  assert.equal((await appliance.type('people', 'add', 'Ada', ada)).code, 0);
  await framesPass(appliance, 10);
  assert.match((await appliance.type('ring')).out, /^Ada is at the door/m);
  isLeaving = true;
  await framesPass(appliance, 64); // Eight seconds: twice as long as a visit looks back.
  const rung = await appliance.type('ring');
  assert.doesNotMatch(rung.out, /Ada/);
  assert.match(rung.out, /no face in \d+ frames/);
  assert.equal((await cameraOf(appliance)).restarts, 0);
});

test('a frozen camera names nobody, and says so', async (t) => {
  const folder = newFolder(t);
  const ada = join(folder, 'ada.jpg');
  const picture = await demoPicture('red');
  writeFileSync(ada, picture);
  const source = await mjpegCamera(t, { framesPerSecond: 2, next: () => picture });
  const settings = { 'camera.source': `${source}/stream` };
  const appliance = await startAppliance(t, { home: join(folder, 'home'), settings });
  assert.equal((await appliance.type('people', 'add', 'Ada', ada)).code, 0);
  await framesPass(appliance, 16);
  const rung = await appliance.type('ring');
  assert.doesNotMatch(rung.out, /Ada/);
  assert.match(rung.out, /the camera gives no pictures: it has shown the same picture for \d+ s/);
  const { restarts, reason } = await cameraOf(appliance);
  assert.equal(restarts, 0);
  assert.match(reason ?? '', /^it has shown the same picture for/);
});

/** A wall. */
async function emptyDoor(): Promise<Buffer> {
  return sharp({ create: { width: 640, height: 480, channels: 3, background: '#a09080' } })
    .png()
    .toBuffer();
}
