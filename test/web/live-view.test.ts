import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { EncodeOptions } from '../../src/system/inference.ts';
import { LiveView, liveContentType, type Viewer } from '../../src/web/live-view.ts';
import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { House, jpeg, silentLog } from './house.ts';

/** A viewer that keeps what it gets, and can be slow. */
class Watcher implements Viewer {
  writableNeedDrain = false;
  isEnded = false;
  isCut = false;
  text = '';
  write(chunk: Uint8Array | string): boolean {
    this.text += Buffer.from(chunk as Uint8Array).toString('latin1');
    return !this.writableNeedDrain;
  }
  end(): void {
    this.isEnded = true;
  }
  destroy(): void {
    this.isCut = true;
  }
  get pictures(): number {
    return this.text.split(jpeg.toString('latin1')).length - 1;
  }
}

async function openView(t: TestContext) {
  const house = new House();
  t.after(() => house.close());
  const clock = { nowMs: 0, uptimeMs: () => clock.nowMs };
  const encodings: { options: EncodeOptions; done: () => void; fail: () => void }[] = [];
  const pictures = {
    encode: (_picture: unknown, options: EncodeOptions) =>
      new Promise<Uint8Array>((resolve, reject) => {
        encodings.push({ options, done: () => resolve(jpeg), fail: () => reject(new Error('the thread died')) });
      }),
  };
  const live = new LiveView({ camera: house.camera, pictures, clock, log: silentLog });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { house, live, encodings, clock, settle };
}

test('one encoding serves every viewer of a quality, and none happens when nobody looks', async (t) => {
  const { house, live, encodings, settle } = await openView(t);
  house.show();
  assert.equal(encodings.length, 0);
  const [first, second] = [new Watcher(), new Watcher()];
  const leaveFirst = live.join('low', first);
  const leaveSecond = live.join('low', second);
  assert.equal(encodings.length, 1, 'the newest frame is shown at once');
  encodings[0]?.done();
  await settle();
  assert.deepEqual([first.pictures, second.pictures, live.viewers], [1, 1, 2]);
  const late = new Watcher();
  const leaveLate = live.join('low', late);
  assert.equal(late.pictures, 1, 'a late viewer gets the last picture without a new encoding');
  assert.equal(encodings.length, 1);
  for (const leave of [leaveFirst, leaveSecond, leaveLate]) leave();
  house.show();
  assert.deepEqual([encodings.length, live.viewers], [1, 0]);
  assert.equal(house.camera.framesHeld, 2, 'only the ring buffer holds frames');
});

test('a picture is followed at once by the head of the next part, without which browsers do not show it', async (t) => {
  const { house, live, encodings, settle } = await openView(t);
  const viewer = new Watcher();
  house.show();
  live.join('high', viewer);
  encodings[0]?.done();
  await settle();
  const head = `--${liveContentType.split('boundary=')[1]}\r\nContent-Type: image/jpeg\r\n\r\n`;
  assert.equal(viewer.text, `${head}${jpeg.toString('latin1')}\r\n${head}`);
});

test('frames are dropped while one is encoded and above the frame rate', async (t) => {
  const { house, live, encodings, settle } = await openView(t);
  live.join('low', new Watcher());
  house.show();
  house.show();
  house.show();
  assert.equal(encodings.length, 1);
  encodings[0]?.done();
  await settle();
  house.show();
  assert.equal(encodings.length, 1, 'not even a tenth of a second has passed');
  assert.equal(house.camera.framesHeld, 3);
});

test('pictures fit into the bounds of their quality, upright ones too', async (t) => {
  const { house, live, encodings } = await openView(t);
  const widths = [];
  for (const [width, height] of [
    [1280, 720],
    [640, 480],
    [720, 1280],
  ] as const) {
    house.show({ width, height });
    const leave = live.join('low', new Watcher());
    widths.push(encodings.at(-1)?.options.widthMax);
    encodings.at(-1)?.done();
    await new Promise((resolve) => setImmediate(resolve));
    leave();
  }
  assert.deepEqual(widths, [320, 320, 135]);
});

test('a slow viewer misses pictures and is let go in the end; a dead encoder ends the stream', async (t) => {
  const { house, live, encodings, clock, settle } = await openView(t);
  const [quick, slow] = [new Watcher(), new Watcher()];
  live.join('medium', quick);
  live.join('medium', slow);
  slow.writableNeedDrain = true;
  const startMs = nodeClock.uptimeMs();
  let frames = 0;
  const next = async (): Promise<void> => {
    frames += 1;
    house.show({ capturedMs: startMs + frames * 1000 });
    encodings.at(-1)?.done();
    await settle();
  };
  await next();
  assert.deepEqual([quick.pictures, slow.pictures, slow.isCut], [1, 0, false]);
  clock.nowMs += 31_000;
  await next();
  assert.deepEqual(
    [quick.pictures, slow.isCut, live.viewers],
    [2, true, 1],
    'its connection is gone, not only its name',
  );
  house.show({ capturedMs: startMs + 10_000 });
  encodings.at(-1)?.fail();
  await settle();
  assert.deepEqual([quick.isEnded, live.viewers], [true, 0]);
});

test('viewers are bounded, and closing ends them all', async (t) => {
  const { live } = await openView(t);
  const viewers = Array.from({ length: 8 }, () => new Watcher());
  for (const viewer of viewers) live.join('low', viewer);
  assert.ok(live.isFull);
  live.close();
  assert.ok(viewers.every(({ isEnded }) => isEnded));
  assert.deepEqual([live.viewers, live.isFull], [0, false]);
});
