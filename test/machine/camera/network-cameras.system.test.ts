import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { networkVideo } from '../../../src/machine/camera/camera-address.ts';
import { ffmpegCamera } from '../../../src/machine/camera/ffmpeg-camera.ts';
import { nodeClock } from '../../../src/machine/node/node-clock.ts';
import type { Camera } from '../../../src/system/camera.ts';
import { openCamera } from '../../../src/machine/camera/cameras.ts';
import { cameraParts, type SeenFrame, watch } from './camera-bench.ts';
import { httpCamera, rtspCamera, testVideo, type RtspCamera } from './network-cameras.ts';

/** Pictures that can be told from each other; then they come again. */
const greys = 24;

/** A picture for each turn: its grey tells which. */
function countingVideo(gop = 8, size = '320x240'): readonly (readonly Buffer[])[] {
  const filter = `geq=lum='16+8*mod(N,${greys})':cb=128:cr=128`;
  return testVideo(`color=black:size=${size}`, { frames: 2 * greys, gop, filter });
}

/** Which of the pictures a frame shows. */
function turnOf({ width, height, pixels }: SeenFrame): number {
  const grey = new Uint8Array(pixels)[(height / 2) * width + width / 2] ?? 0;
  return Math.round((grey * 219) / 255 / 8) % greys;
}

async function opened(t: TestContext, camera: RtspCamera, framesPerSecond = 8): Promise<Camera> {
  const source = networkVideo(await rtspCamera(t, camera));
  assert.ok(source !== undefined);
  return ffmpegCamera(source, { clock: nodeClock, width: 320, height: 240, framesPerSecond });
}

/** Every picture once, in the order in which it was sent: nothing is made up, nothing comes again. */
function assertNoCopies(frames: readonly SeenFrame[]): void {
  for (const [at, frame] of frames.entries()) {
    const before = frames[at - 1];
    if (before === undefined) continue;
    const step = (turnOf(frame) - turnOf(before) + greys) % greys;
    assert.ok(step >= 1 && step <= 8, `picture ${turnOf(before)} is followed by ${turnOf(frame)}`);
  }
}

const clocks: readonly (readonly [string, (seconds: number) => number])[] = [
  ['jumps an hour ahead', (seconds) => (seconds < 1.5 ? seconds : seconds + 3600)],
  ['stands still', (seconds) => Math.min(seconds, 1.5)],
  ['runs two hours back', (seconds) => (seconds < 1.5 ? seconds : seconds - 7200)],
  ['begins anew, as every thirteen hours', (seconds) => 2 ** 32 / 90_000 - 1.5 + seconds],
  ['runs at half the speed', (seconds) => seconds / 2],
];

for (const [what, clock] of clocks) {
  test(`a camera whose clock ${what} is shown as it is, each picture once`, async (t) => {
    const video = countingVideo();
    const camera = await opened(t, {
      framesPerSecond: 8,
      picture: (turn) => video[turn % video.length] ?? [],
      clock: (turn) => clock(turn / 8),
    });
    const { frames } = await watch(camera, 28);
    assertNoCopies(frames);
  });
}

test('a camera that says 25 a second and sends 4 is shown 4 times a second, and one that sends 25 is bounded', async (t) => {
  const video = countingVideo();
  let sent = 0;
  const slow = await opened(t, {
    framesPerSecond: 4,
    claimsPerSecond: 25,
    picture: (turn) => video[(sent = turn) % video.length] ?? [],
  });
  const { frames } = await watch(slow, 12);
  assertNoCopies(frames);
  assert.ok(sent <= 12 + 4, `${sent} were sent until 12 were shown`);
  const fast = await opened(t, { framesPerSecond: 25, picture: (turn) => video[(sent = turn) % video.length] ?? [] });
  const bounded = await watch(fast, 16);
  assertNoCopies(bounded.frames);
  assert.ok(sent >= 16 * 3 - 6, `${sent} were sent until 16 were shown: about one of three is wanted`);
});

test('a picture that was kept back through a silence does not say that it is of now', async (t) => {
  const video = countingVideo();
  const sentMs: number[] = [];
  const none: readonly Buffer[] = [];
  const camera = await opened(t, {
    framesPerSecond: 8,
    picture(turn) {
      const isSilent = turn >= 16 && turn < 32;
      if (isSilent) return none;
      sentMs[turn] = nodeClock.uptimeMs();
      return video[(turn < 16 ? turn : turn - 16) % video.length] ?? [];
    },
  });
  const { frames } = await watch(camera, 20);
  const lastBefore = frames.find((frame) => turnOf(frame) === 15);
  assert.ok(lastBefore !== undefined, 'the last picture before the silence came');
  assert.ok(lastBefore.capturedMs < (sentMs[32] ?? 0), 'it is not of the time after the silence');
});

test('a camera that changes its size in the middle is shown on', async (t) => {
  const [small, large] = [countingVideo(8, '160x120'), countingVideo(8, '640x480')];
  const camera = await opened(t, {
    framesPerSecond: 8,
    picture: (turn) => (turn < 16 ? small[turn] : large[turn % large.length]) ?? [],
  });
  const { frames } = await watch(camera, 30);
  assertNoCopies(frames);
  for (const { width, height } of frames) assert.deepEqual([width, height], [320, 240]);
});

test('lost packets cost pictures, not the camera', async (t) => {
  const video = testVideo('testsrc2=size=320x240', { frames: 48, gop: 8 });
  const camera = await opened(t, {
    framesPerSecond: 8,
    picture: (turn) => video[turn % video.length] ?? [],
    isLost: (packet) => packet % 7 === 0,
  });
  const { frames, end } = await watch(camera, 24);
  assert.deepEqual([frames.length, end.outcome], [24, 'ended']);
});

test('a camera that is joined long before its next key frame is shown from that on', async (t) => {
  const video = countingVideo(2 * greys);
  const joinedAt = greys; // Three seconds before the stream begins anew with a key frame.
  const camera = await opened(t, {
    framesPerSecond: 8,
    picture: (turn) => (turn === 0 ? video[0] : video[(joinedAt + turn) % video.length]) ?? [],
    isLost: (packet) => packet <= (video[0]?.length ?? 0), // Described, and never sent.
  });
  const { frames } = await watch(camera, 8);
  assertNoCopies(frames);
  assert.equal(turnOf(frames[0] ?? assert.fail('no frame')), 0, 'the key frame is the first picture');
});

test('an address of the web that is neither pictures nor motion JPEG is a video', async (t) => {
  const video = Buffer.concat(
    [...countingVideo()].flat().map((unit) => Buffer.concat([Buffer.from([0, 0, 0, 1]), unit])),
  );
  const address = await httpCamera(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'video/h264' }).end(video);
  });
  const result = openCamera(`${address}/live.h264`, { ...cameraParts({ clock: nodeClock }), demoFolder: '/nowhere' });
  assert.ok(result.outcome === 'opened');
  const { frames } = await watch(result.camera, 1);
  assert.deepEqual(frames.map(({ width, height }) => [width, height]), [[64, 48]]); // prettier-ignore
});

test('a camera that can send nothing but datagrams is shown', async (t) => {
  const video = countingVideo();
  const camera = await opened(t, {
    framesPerSecond: 8,
    isUdpOnly: true,
    picture: (turn) => video[turn % video.length] ?? [],
  });
  const { frames } = await watch(camera, 8);
  assertNoCopies(frames);
});
