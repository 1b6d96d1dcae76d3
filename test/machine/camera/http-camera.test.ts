import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import test, { type TestContext } from 'node:test';
import { openCamera } from '../../../src/machine/camera/cameras.ts';
import { nodeClock } from '../../../src/machine/node/node-clock.ts';
import type { Camera } from '../../../src/system/camera.ts';
import { cameraParts, greyOf, greyPicture, watch } from './camera-bench.ts';
import { httpCamera, mjpegCamera } from './network-cameras.ts';

function opened(source: string): Camera {
  const result = openCamera(source, { ...cameraParts({ framesPerSecond: 8 }), demoFolder: '/nowhere' });
  assert.ok(result.outcome === 'opened');
  return result.camera;
}

const greys = [40, 80, 120, 160];
const jpegs = (): Promise<Buffer[]> =>
  Promise.all(greys.map((grey) => greyPicture({ width: 32, height: 16, grey }, 'jpeg')));

/** A camera with one address, which gives its picture of the moment. */
async function snapshots(
  t: TestContext,
  isAllowed: (request: IncomingMessage) => boolean = () => true,
  challenge = () => 'Basic realm="door"',
): Promise<{ address: string }> {
  const pictures = await jpegs();
  let asked = 0;
  const answer: RequestListener = (request, response) => {
    if (!isAllowed(request)) return void response.writeHead(401, { 'www-authenticate': challenge() }).end();
    const picture = pictures[asked % pictures.length];
    asked += 1;
    response.writeHead(200, { 'content-type': 'image/jpeg' }).end(picture);
  };
  return { address: await httpCamera(t, answer) };
}

test('an address that answers with single pictures is a camera: it is asked again and again', async (t) => {
  const { address } = await snapshots(t);
  const { frames, end } = await watch(opened(`${address}/snapshot.jpg`), 6);
  assert.deepEqual(frames.map(greyOf), [40, 80, 120, 160, 40, 80]);
  assert.equal(end.outcome, 'ended');
});

test('a snapshot counts from when it was asked for, and is asked for no more than four times a second', async (t) => {
  const { address } = await snapshots(t);
  const { frames } = await watch(opened(`${address}/cgi-bin/snapshot.cgi`), 4);
  for (const [at, { capturedMs }] of frames.entries())
    assert.ok(capturedMs - (frames[at - 1]?.capturedMs ?? 0) >= 249, `${capturedMs}`);
});

/** Refuses what is not signed with the password and the newest nonce, which holds for two requests. */
function digestGuard(algorithm: 'MD5' | 'SHA-256'): {
  readonly isAllowed: (request: IncomingMessage) => boolean;
  readonly challenge: () => string;
} {
  const digest = (text: string): string =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  let [nonce, used] = [1, 0];
  return {
    isAllowed({ headers, url }) {
      const field = (name: string): string =>
        new RegExp(`[ ,]${name}="?([^",]+)`).exec(headers.authorization ?? '')?.[1] ?? '';
      const count = (used + 1).toString(16).padStart(8, '0');
      const parts = [digest('ada:door:p@ss w'), String(nonce), count, field('cnonce'), 'auth', digest(`GET:${url}`)];
      if (field('response') !== digest(parts.join(':')) || used >= 2) {
        [nonce, used] = [nonce + 1, 0];
        return false;
      }
      used += 1;
      return true;
    },
    challenge: () =>
      `Basic realm="door", Digest realm="door", qop="auth", nonce="${nonce}", algorithm=${algorithm}, opaque="x"`,
  };
}

for (const algorithm of ['MD5', 'SHA-256'] as const) {
  test(`a camera that wants a digest of the password (${algorithm}) is told it, also when its nonce grows old`, async (t) => {
    const { isAllowed, challenge } = digestGuard(algorithm);
    const { address } = await snapshots(t, isAllowed, challenge);
    const { frames } = await watch(opened(`${address.replace('//', '//ada:p%40ss%20w@')}/snap?channel=1`), 8);
    assert.equal(frames.length, 8);
  });
}

test('a wrong password, a wrong address and a camera that is not there are said in words, without the password', async (t) => {
  const { address } = await snapshots(t, () => false);
  const reason = async (source: string): Promise<string> => {
    const { end } = await watch(opened(source), 1);
    assert.ok(end.outcome === 'failed');
    assert.doesNotMatch(end.reason, /s3cret/);
    return end.reason;
  };
  const wrong = `${address.replace('//', '//ada:s3cret@')}/snap?pwd=alsos3cret`;
  assert.match(
    await reason(wrong),
    /^cannot read camera http:\/\/127\.0\.0\.1:\d+\/snap: it wants another name or password$/,
  );
  const lost = await httpCamera(t, (_request, response) => void response.writeHead(404).end());
  assert.match(await reason(`${lost}/snap`), /: it has no such address: look up the one of its video$/);
  assert.match(await reason('http://ada:s3cret@127.0.0.1:1/snap'), /: nothing answers there: connection refused$/);
});

test('motion JPEG is shown as it comes: every size, with lengths and without, and bounded', async (t) => {
  const [first, second] = await jpegs();
  const large = await greyPicture({ width: 64, height: 48, grey: 200 }, 'jpeg');
  for (const saysLength of [true, false]) {
    const next = (turn: number): Buffer | undefined => [first, large, second][turn % 3];
    const address = await mjpegCamera(t, { framesPerSecond: 50, saysLength, next });
    const parts = cameraParts({ framesPerSecond: 30 });
    const result = openCamera(`${address}/stream`, { ...parts, clock: nodeClock, demoFolder: '/nowhere' });
    assert.ok(result.outcome === 'opened');
    const { frames } = await watch(result.camera, 4);
    const seen = frames.map((frame) => [frame.width, greyOf(frame)].join(' '));
    for (const one of seen) assert.ok(['32 40', '64 200', '32 80'].includes(one), one);
    assert.ok(new Set(seen).size >= 2, seen.join());
  }
});

test('pictures that nobody can decode end the camera with the reason, and harm nothing else', async (t) => {
  const { address } = await snapshots(t);
  const parts = cameraParts({ framesPerSecond: 8 });
  const pictures = { ...parts.pictures, decode: () => Promise.reject(new Error('the decoder is gone')) };
  const result = openCamera(`${address}/snap`, { ...parts, pictures, demoFolder: '/nowhere' });
  assert.ok(result.outcome === 'opened');
  const { frames, end } = await watch(result.camera, 1);
  assert.deepEqual([frames.length, end.outcome], [0, 'failed']);
  assert.match(end.outcome === 'failed' ? end.reason : '', /the decoder is gone$/);
});
