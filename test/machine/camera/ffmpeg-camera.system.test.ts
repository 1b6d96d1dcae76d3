import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { fileVideo, networkVideo } from '../../../src/machine/camera/camera-address.ts';
import { ffmpegCamera } from '../../../src/machine/camera/ffmpeg-camera.ts';
import { nodeClock } from '../../../src/machine/node/node-clock.ts';
import type { Camera, CameraEnd } from '../../../src/system/camera.ts';
import { type SeenFrame, watch } from './camera-bench.ts';

const hasFfmpeg = (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, 'ffmpeg')));
const form = { clock: nodeClock, width: 320, height: 240, framesPerSecond: 20 };

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-video-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** Half a second of white, 160x120, or nothing where there is no ffmpeg: the camera must then say so. */
async function whiteVideo(t: TestContext): Promise<string> {
  const file = join(await temporaryFolder(t), "it's a video:1.mkv");
  const white = ['-f', 'lavfi', '-i', 'color=white:size=160x120:rate=20:duration=0.5', '-c:v', 'mpeg4', `file:${file}`];
  if (hasFfmpeg) execFileSync('ffmpeg', ['-nostdin', '-loglevel', 'error', ...white]);
  else await writeFile(file, 'no ffmpeg, no video');
  return file;
}

function reasonOf(end: CameraEnd): string {
  assert.equal(end.outcome, 'failed');
  return end.outcome === 'failed' ? end.reason : '';
}

/** What a machine without ffmpeg must answer; true when that is where we are, and the rest of a test cannot run. */
async function assertedMissing(camera: Camera): Promise<boolean> {
  if (hasFfmpeg) return false;
  assert.match(reasonOf((await watch(camera, 1)).end), /^cannot open .*: ffmpeg is not installed: apt install ffmpeg$/);
  return true;
}

test('a video file is played over and over, at its own pace, at the camera’s size', async (t) => {
  const camera = ffmpegCamera(fileVideo(await whiteVideo(t)), form);
  if (await assertedMissing(camera)) return;
  const { frames, end } = await watch(camera, 24);
  assert.equal(end.outcome, 'ended');
  assert.equal(frames.length, 24, 'the file holds 10 frames: it has begun again');
  for (const [at, { width, height, pixels, capturedMs }] of frames.entries()) {
    assert.deepEqual([width, height, pixels.byteLength], [320, 240, 115_200]);
    assert.ok(capturedMs >= (frames[at - 1]?.capturedMs ?? 0), 'time goes forward');
  }
  const [y, u, v] = [120 * 320 + 160, 76_800 + 60 * 160 + 80, 96_000 + 60 * 160 + 80];
  const middle = new Uint8Array(frames[5]?.pixels ?? new SharedArrayBuffer(0));
  assert.ok((middle[y] ?? 0) >= 253, `white is ${middle[y]}: the frame must be full-range`);
  assert.ok(Math.abs((middle[u] ?? 0) - 128) <= 2 && Math.abs((middle[v] ?? 0) - 128) <= 2);
  const span = (frames[23]?.capturedMs ?? 0) - (frames[0]?.capturedMs ?? 0);
  assert.ok(span > 500, `1.2 s of video were shown in ${span} ms: it is not paced`);
});

test('a child that dies is a failure with its reason, and leaves nothing behind', async (t) => {
  const camera = ffmpegCamera(fileVideo(await whiteVideo(t)), form);
  if (await assertedMissing(camera)) return;
  const frames: SeenFrame[] = [];
  const end = await camera.stream(
    {
      takeBuffer: (bytes) => new SharedArrayBuffer(bytes),
      deliver(frame) {
        frames.push(frame);
        if (frames.length === 3) for (const pid of ffmpegChildren()) process.kill(pid, 'SIGKILL');
      },
    },
    new AbortController().signal,
  );
  assert.match(reasonOf(end), /^cannot read video .*: ffmpeg was ended by SIGKILL$/);
  assert.deepEqual(ffmpegChildren(), []);
});

test('a file that is no video, and one that is not there, fail with what ffmpeg says', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'letter.mp4');
  await writeFile(file, 'Dear reader, this is no video.');
  const camera = ffmpegCamera(fileVideo(file), form);
  if (await assertedMissing(camera)) return;
  assert.match(reasonOf((await watch(camera, 1)).end), /^cannot read video .*letter\.mp4: .*Invalid data/);
  const nowhere = ffmpegCamera(fileVideo(join(folder, 'nothing.mp4')), form);
  assert.match(reasonOf((await watch(nowhere, 1)).end), /No such file/);
});

test('a playlist in place of a video opens no other file', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'list.ffconcat'), 'ffconcat version 1.0\nfile http://127.0.0.1:9/secret\n');
  const camera = ffmpegCamera(fileVideo(join(folder, 'list.ffconcat')), form);
  if (await assertedMissing(camera)) return;
  assert.match(reasonOf((await watch(camera, 1)).end), /whitelist|Invalid data|not permitted/i);
});

test('a network camera that accepts and never answers ends at once when told to, without a child left', async (t) => {
  const abort = new AbortController();
  const server = createServer(() => abort.abort()).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const source = networkVideo(`rtsp://ada:s3cret@127.0.0.1:${port}/1`);
  assert.ok(source !== undefined);
  const camera = ffmpegCamera(source, form);
  if (await assertedMissing(camera)) return;
  const sink = { takeBuffer: (bytes: number) => new SharedArrayBuffer(bytes), deliver: () => assert.fail('no frame') };
  assert.deepEqual(await camera.stream(sink, abort.signal), { outcome: 'ended' });
  assert.deepEqual(ffmpegChildren(), []);
});

test('a network camera that is not there fails, and its password is nowhere in the reason', async () => {
  const source = networkVideo('rtsp://ada:s3cret@127.0.0.1:1/live?token=alsos3cret');
  assert.ok(source !== undefined);
  const camera = ffmpegCamera(source, form);
  if (await assertedMissing(camera)) return;
  const reason = reasonOf((await watch(camera, 1)).end);
  assert.match(reason, /^cannot read camera rtsp:\/\/127\.0\.0\.1:1\/live: .*refused/i);
  assert.doesNotMatch(reason, /s3cret/);
});

test('without ffmpeg the camera says what to install', async () => {
  const camera = ffmpegCamera(fileVideo('/video.mp4'), form, 'ffmpeg-that-nobody-installed');
  const { end } = await watch(camera, 1);
  assert.equal(reasonOf(end), 'cannot open video /video.mp4: ffmpeg is not installed: apt install ffmpeg');
});

test('a camera that floods is not queued: what is not kept is gone', async (t) => {
  const camera = ffmpegCamera(fileVideo(await whiteVideo(t)), form);
  if (await assertedMissing(camera)) return;
  const abort = new AbortController();
  let [taken, delivered] = [0, 0];
  const buffer = new SharedArrayBuffer(115_200);
  await camera.stream(
    {
      takeBuffer() {
        taken += 1;
        assert.ok(taken - delivered <= 1, 'one buffer at a time is in work');
        return buffer;
      },
      deliver() {
        delivered += 1;
        if (delivered === 15) abort.abort();
      },
    },
    abort.signal,
  );
  assert.ok(delivered >= 15);
});

/** Pids of the ffmpeg processes, zombies included, that this process has started. */
function ffmpegChildren(): number[] {
  return readdirSync('/proc').map(Number).filter((pid) => {
    if (!Number.isInteger(pid)) return false;
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      return status.startsWith('Name:\tffmpeg') && status.includes(`\nPPid:\t${process.pid}\n`);
    } catch {
      return false; // Gone since the directory was read.
    }
  }); // prettier-ignore
}

test('a child that hangs is killed when the camera is stopped', async (t) => {
  const camera = ffmpegCamera(fileVideo(await whiteVideo(t)), form);
  if (await assertedMissing(camera)) return;
  const abort = new AbortController();
  const end = await camera.stream(
    {
      takeBuffer: (bytes) => new SharedArrayBuffer(bytes),
      deliver() {
        for (const pid of ffmpegChildren()) process.kill(pid, 'SIGSTOP');
        abort.abort();
      },
    },
    abort.signal,
  );
  assert.equal(end.outcome, 'ended');
  assert.deepEqual(ffmpegChildren(), []);
});

test('a network camera with a password is shown, and its end is a failure without the password', async (t) => {
  const video = await readFile(await whiteVideo(t));
  const server = createHttpServer((request, response) => {
    const isAda = request.headers.authorization === `Basic ${Buffer.from('ada:s3cret').toString('base64')}`;
    response.writeHead(isAda ? 200 : 401, { 'www-authenticate': 'Basic realm="door"' }).end(isAda ? video : undefined);
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const source = networkVideo(
    `http://ada:s3cret@127.0.0.1:${typeof address === 'object' ? address?.port : 0}/live.mkv`,
  );
  assert.ok(source !== undefined);
  const camera = ffmpegCamera(source, form);
  if (await assertedMissing(camera)) return;
  const { frames, end } = await watch(camera, 1000);
  assert.ok(frames.length >= 1 && frames.length <= 10, `${frames.length} frames of 10 that came at once`);
  assert.match(reasonOf(end), /^cannot read camera http:\/\/127\.0\.0\.1:\d+\/live\.mkv: ./);
  assert.doesNotMatch(reasonOf(end), /s3cret/);
});
