import assert from 'node:assert/strict';
import test from 'node:test';
import type { Camera } from '../../src/system/camera.ts';
import { CameraFeed } from '../../src/visit/capture.ts';
import { RecordingEvents, RecordingLog } from '../fakes/recorders.ts';
import { ScriptedCamera } from '../fakes/scripted-camera.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { settled, SteppedClock } from '../fakes/stepped-clock.ts';

interface FeedSettings {
  readonly ringFrames?: number;
  readonly ringBytesMax?: number;
  /** Changes the camera before it is opened. */
  readonly origin?: Camera['origin'] | 'files';
  readonly mood?: ScriptedCamera['mood'];
}

function startFeed({ origin = 'sensor', mood = 'flowing', ...settings }: FeedSettings = {}): {
  clock: SteppedClock;
  camera: ScriptedCamera;
  feed: CameraFeed;
  events: RecordingEvents;
  stop: () => Promise<void>;
} {
  // prettier-ignore
  const clock = new SteppedClock();
  const camera = new ScriptedCamera(clock);
  camera.origin = origin === 'files' ? undefined : origin;
  camera.mood = mood;
  const events = new RecordingEvents();
  const parts = { camera, clock, events, random: new SeededRandom(), log: new RecordingLog() };
  const feed = new CameraFeed({
    ...parts,
    settings: { ringFrames: 12, ringBytesMax: 1e6, stallMs: 2000, ...settings },
  });
  const ending = new AbortController();
  const running = feed.run(ending.signal);
  const stop = async (): Promise<void> => {
    ending.abort();
    await clock.advance(3000);
    await running;
  };
  return { clock, camera, feed, events, stop };
}

test('the ring buffer keeps the newest frames, and their sequence only grows', async () => {
  const { clock, feed, stop } = startFeed();
  await clock.advance(5000);
  const frames = feed.recent();
  assert.equal(frames.length, 12);
  assert.equal(feed.latest(), frames.at(-1));
  assert.deepEqual(
    frames.map(({ sequence }) => sequence),
    Array.from({ length: 12 }, (_, i) => 29 + i),
  );
  for (const frame of frames) feed.letGo(frame);
  assert.equal(feed.framesHeld, 12);
  await stop();
  assert.equal(feed.framesHeld, 0, 'a stopped feed holds nothing');
  assert.equal(clock.sleepers, 0);
});

test('whoever stops the camera can do so right after a frame, and waits for none that does not come', async () => {
  const { clock, camera, feed, stop } = startFeed();
  await clock.advance(1000);
  const before = feed.status();
  const waited = feed.afterFrame(1000).then(() => clock.uptimeMs());
  await clock.advance(1000);
  assert.ok((await waited) - (before.lastFrameMs ?? 0) < 300, 'the next frame, not the end of the wait');
  assert.ok(before.startMs !== undefined && before.startMs < 1000, 'the camera tells what it took to start');
  camera.mood = 'silent';
  const silentMs = clock.uptimeMs();
  const given = feed.afterFrame(1000).then(() => clock.uptimeMs());
  await clock.advance(1500);
  assert.equal((await given) - silentMs, 1000);
  await stop();
});

test('the ring buffer is bounded in bytes too', async () => {
  const { clock, feed, stop } = startFeed({ ringBytesMax: 64 * 36 * 1.5 * 3 });
  await clock.advance(3000);
  assert.equal(feed.framesHeld, 3);
  await stop();
});

test('a frame that somebody retains is not written over', async () => {
  const { clock, camera, feed, stop } = startFeed({ ringFrames: 2 });
  camera.scene = 7;
  await clock.advance(200);
  const frame = feed.latest();
  assert.ok(frame !== undefined);
  feed.retain(frame);
  camera.scene = 9;
  await clock.advance(5000);
  assert.equal(new Uint8Array(frame.pixels)[0], 7);
  feed.letGo(frame);
  assert.throws(() => feed.letGo(frame), /let go more often/);
  await stop();
});

test('a camera that goes silent is opened again, counted and reported, and its old frames are not shown', async () => {
  const { clock, camera, feed, events, stop } = startFeed();
  await clock.advance(1000);
  camera.mood = 'silent';
  await clock.advance(2100);
  assert.equal(feed.status().state, 'stalled');
  assert.match(feed.status().reason ?? '', /no picture for 2000 ms/);
  assert.equal(feed.latest(), undefined);
  assert.deepEqual(
    events.of('COMPONENT_ERROR').map(({ data }) => data?.errorType),
    ['stalled'],
  );
  camera.mood = 'flowing';
  await clock.advance(12_000);
  const { state, restarts, gapMsMax, reason } = feed.status();
  assert.deepEqual({ state, restarts, reason }, { state: 'flowing', restarts: 1, reason: undefined });
  assert.ok(gapMsMax >= 2000);
  await stop();
});

test('a camera that goes silent before its beat is known is borne longer, but not for ever', async () => {
  const { clock, camera, feed, stop } = startFeed();
  await clock.advance(1);
  camera.mood = 'silent';
  await clock.advance(9000);
  assert.equal(feed.status().state, 'flowing');
  await clock.advance(1100);
  assert.equal(feed.status().state, 'stalled');
  await stop();
});

for (const intervalMs of [1000, 2000, 5000, 9000]) {
  test(`a camera that shows a picture every ${intervalMs} ms is never restarted, and is missed when it is gone`, async () => {
    const { clock, camera, feed, stop } = startFeed();
    camera.intervalMs = intervalMs;
    await clock.advance(120_000);
    const { state, restarts, framesTotal } = feed.status();
    assert.deepEqual({ state, restarts }, { state: 'flowing', restarts: 0 });
    assert.ok(framesTotal >= 120_000 / intervalMs - 1, `${framesTotal} frames: every one is taken`);
    camera.mood = 'silent';
    await clock.advance(4 * intervalMs + 1000);
    assert.equal(feed.status().state, 'stalled');
    await stop();
  });
}

test('a camera whose first picture takes 20 seconds is given them, and is not restarted for a short pause', async () => {
  const { clock, camera, feed, stop } = startFeed({ mood: 'silent' });
  await clock.advance(20_000);
  camera.mood = 'flowing';
  await clock.advance(5000);
  assert.equal(feed.status().restarts, 0);
  camera.mood = 'silent';
  await clock.advance(15_000);
  assert.deepEqual([feed.status().state, feed.status().restarts], ['flowing', 0], 'it would take longer to come back');
  await stop();
});

test('a camera that pauses again and again is borne longer each time, until it is restarted no more', async () => {
  const { clock, camera, feed, stop } = startFeed();
  for (let pause = 0; pause < 20; pause += 1) {
    camera.mood = 'flowing';
    await clock.advance(5000);
    camera.mood = 'silent';
    await clock.advance(9000);
  }
  assert.ok(feed.status().restarts <= 3, `${feed.status().restarts} restarts`);
  await stop();
});

test('a camera that waits for senders is never restarted, and says how long nobody has sent anything', async () => {
  const { clock, camera, feed, stop } = startFeed({ origin: 'sender', mood: 'silent' });
  await clock.advance(45_000);
  assert.deepEqual([feed.status().state, feed.status().reason], ['starting', 'nobody has sent a picture yet']);
  camera.mood = 'flowing';
  await clock.advance(1000);
  assert.equal(feed.status().reason, undefined);
  camera.mood = 'silent';
  await clock.advance(59_000);
  assert.ok(feed.latest() !== undefined, 'what was sent a minute ago is shown');
  await clock.advance(31_000);
  assert.match(feed.status().reason ?? '', /^nobody has sent a picture for (89|90) s$/);
  assert.deepEqual([feed.status().state, feed.latest(), camera.opened], ['flowing', undefined, 1]);
  await stop();
});

test('a picture that comes again is shown, counted and no visit’s; the camera that does so is named', async () => {
  const { clock, camera, feed, stop } = startFeed();
  await clock.advance(2000);
  camera.isFrozen = true;
  const seen: (true | undefined)[] = [];
  feed.subscribe(({ isRepeat }) => seen.push(isRepeat));
  const before = feed.status().framesTotal;
  await clock.advance(6000);
  assert.equal(feed.status().framesTotal - before, seen.length);
  assert.ok(seen.length >= 47 && seen.every((isRepeat) => isRepeat === true), 'all of them are old');
  const { state, reason, repeatedMs, restarts } = feed.status();
  assert.deepEqual({ state, restarts }, { state: 'flowing', restarts: 0 });
  assert.match(reason ?? '', /^it has shown the same picture for 6 s$/);
  assert.ok(repeatedMs >= 5800);
  assert.ok((feed.latest()?.capturedMs ?? 0) <= 2000, 'the newest picture is of when it was first seen');
  camera.mood = 'silent';
  await clock.advance(3000);
  camera.mood = 'flowing'; // Still frozen after it was opened again.
  await clock.advance(3000);
  assert.equal(feed.latest(), undefined);
  camera.isFrozen = false;
  await clock.advance(300);
  assert.deepEqual([feed.status().reason, feed.status().repeatedMs], [undefined, 0]);
  assert.ok(feed.latest() !== undefined);
  await stop();
  assert.equal(feed.framesHeld, 0);
});

test('a sender may repeat its picture for a minute, and files for ever', async () => {
  const sender = startFeed({ origin: 'sender' });
  sender.camera.isFrozen = true;
  await sender.clock.advance(59_000);
  assert.ok(sender.clock.uptimeMs() - (sender.feed.latest()?.capturedMs ?? 0) < 300, 'it counts as of now');
  await sender.clock.advance(10_000);
  assert.match(sender.feed.status().reason ?? '', /same picture/);
  await sender.stop();
  const files = startFeed({ origin: 'files' });
  files.camera.isFrozen = true;
  await files.clock.advance(200_000);
  assert.equal(files.feed.status().reason, undefined);
  await files.stop();
});

test('a camera that never opens is tried ever more slowly, but never given up', async () => {
  const { clock, camera, feed, stop } = startFeed();
  camera.mood = 'failing';
  const openings: number[] = [];
  for (let minute = 0; minute < 20; minute += 1) {
    const before = camera.opened;
    await clock.advance(60_000);
    openings.push(camera.opened - before);
  }
  assert.equal(feed.status().state, 'failed');
  assert.match(feed.status().reason ?? '', /no such device/);
  assert.ok((openings[0] ?? 0) >= 6, `the first minute: ${openings[0]}`);
  for (const count of openings.slice(2)) assert.ok(count >= 2 && count <= 4, `a later minute: ${count}`);
  camera.mood = 'flowing';
  await clock.advance(31_000);
  assert.equal(feed.status().state, 'flowing');
  await stop();
});

test('one frame between two stalls does not make the camera trusted again', async () => {
  const { clock, camera, stop } = startFeed();
  let openedBefore = 0;
  for (let second = 0; second < 300; second += 1) {
    // Shows one frame at every opening, then nothing.
    camera.mood = camera.opened > openedBefore ? 'silent' : 'flowing';
    openedBefore = camera.opened;
    await clock.advance(1000);
  }
  assert.ok(camera.opened < 30, `opened ${camera.opened} times in five minutes`);
  await stop();
});

test('a camera that does not even close is left behind, and heard no more', async () => {
  const { clock, camera, feed, stop } = startFeed();
  camera.mood = 'deaf';
  await clock.advance(11_000);
  camera.mood = 'flowing';
  await clock.advance(3000);
  assert.equal(feed.status().state, 'flowing');
  await stop();
});

test('a size that changes mid-stream, and frames that are none, harm nobody', async () => {
  const { clock, camera, feed, events, stop } = startFeed();
  await clock.advance(500);
  camera.size = { width: 128, height: 72 };
  await clock.advance(500);
  camera.size = { width: 63, height: 36 }; // Odd: no I420 picture can be.
  await clock.advance(1000);
  camera.size = { width: 32, height: 18 };
  await clock.advance(500);
  const sizes = feed.recent().map((frame) => {
    feed.letGo(frame);
    return frame.width;
  });
  assert.deepEqual([...new Set(sizes)], [64, 128, 32]);
  assert.equal(events.of('FRAME_DROPPED').length, 1);
  assert.equal(feed.status().framesDropped, 8);
  await stop();
});

test('a file that was played to its end is played again at once', async () => {
  const { clock, camera, feed, stop } = startFeed();
  camera.mood = 'ending';
  await clock.advance(10_000);
  assert.ok(camera.opened > 20, `opened ${camera.opened} times`);
  assert.equal(feed.status().state, 'flowing');
  await settled();
  await stop();
});
