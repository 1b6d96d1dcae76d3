import assert from 'node:assert/strict';
import test from 'node:test';
import type { Button, ButtonEdge } from '../../src/system/button.ts';
import type { Frame } from '../../src/system/camera.ts';
import { i420Bytes } from '../../src/system/pixels.ts';
import { readButton, lookForMotion } from '../../src/visit/trigger.ts';
import { RecordingEvents, RecordingLog } from '../fakes/recorders.ts';
import { settled, SteppedClock } from '../fakes/stepped-clock.ts';

/** Keeps what it is asked to do, with the time. */
class RecordingTarget {
  readonly acts: string[] = [];
  lastActiveMs: number | undefined;
  readonly #clock: SteppedClock;
  constructor(clock: SteppedClock) {
    this.#clock = clock;
  }
  async ring({ source, press }: { source: string; press?: string }): Promise<void> {
    this.acts.push(`${source} ${press ?? ''}@${this.#clock.uptimeMs()}`.replace(' @', '@'));
    this.lastActiveMs = this.#clock.uptimeMs();
  }
  async noteHold(): Promise<void> {
    this.acts.push(`hold@${this.#clock.uptimeMs()}`);
  }
}

class ScriptedButton implements Button {
  readonly description = 'scripted button';
  opened = 0;
  press: (edge: ButtonEdge) => void = () => {};
  lose: (reason: string) => void = () => {};

  listen(onEdge: (edge: ButtonEdge) => void, signal: AbortSignal): Promise<string | undefined> {
    this.opened += 1;
    this.press = onEdge;
    return new Promise((resolve) => {
      this.lose = resolve;
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
  }
}

const times = { debounceMs: 30, holdMs: 1500, doubleMs: 400, stuckMs: 30_000 };

function startButton() {
  const clock = new SteppedClock();
  const events = new RecordingEvents();
  const target = new RecordingTarget(clock);
  const button = new ScriptedButton();
  const ending = new AbortController();
  const running = readButton(button, { clock, events, target, times, log: new RecordingLog() }, ending.signal);
  const edge = (pressed: boolean): void => button.press({ pressed, atMs: clock.uptimeMs() });
  const stop = async (): Promise<void> => {
    ending.abort();
    await running;
    assert.equal(clock.sleepers, 0, 'nobody waits after the end');
  };
  return { clock, events, target, button, edge, stop };
}

test('a press rings 30 ms after its edge, while the finger is still on the button', async () => {
  const { clock, target, edge, stop } = startButton();
  await clock.advance(100);
  edge(true);
  await clock.advance(29);
  assert.deepEqual(target.acts, []);
  await clock.advance(1);
  assert.deepEqual(target.acts, ['button press@130']);
  await clock.advance(2000);
  edge(false);
  await clock.advance(1000);
  assert.deepEqual(target.acts, ['button press@130', 'hold@1600']);
  await stop();
});

test('a stuck button is an error that is reported once', async () => {
  const { clock, events, edge, stop } = startButton();
  edge(true);
  await clock.advance(120_000);
  assert.deepEqual(
    events.of('COMPONENT_ERROR').map(({ data }) => data?.errorType),
    ['stuck'],
  );
  edge(false);
  await clock.advance(100);
  assert.equal(events.of('GPIO_STATE_CHANGED').at(-1)?.data?.['change'], 'freed');
  await stop();
});

test('a button line that is lost is reported and opened again, and then rings', async () => {
  const { clock, events, target, button, edge, stop } = startButton();
  edge(true);
  button.lose('the pipe was closed');
  await clock.advance(2100);
  assert.equal(button.opened, 2);
  assert.equal(events.of('COMPONENT_ERROR')[0]?.data?.['reason'], 'the pipe was closed');
  assert.deepEqual(target.acts, [], 'half a press is none');
  edge(true);
  await clock.advance(50);
  assert.deepEqual(target.acts, ['button press@2130']);
  await stop();
});

test('motion starts a visit once, and not again while it is fresh', async () => {
  const clock = new SteppedClock();
  const events = new RecordingEvents();
  const target = new RecordingTarget(clock);
  let show: (frame: Frame) => void = () => {};
  const feed = {
    subscribe: (listener: (frame: Frame) => void) => {
      show = listener;
      return () => (show = () => {});
    },
  };
  const settings = { zone: [0, 0, 1, 1], threshold: 24, areaPercent: 2, cooldownMs: 20_000 };
  const stop = lookForMotion({ clock, events, target, feed, settings, log: new RecordingLog() });
  /** Shows grey pictures, with a bright square that wanders when something moves. */
  const look = async (seconds: number, isMoving: boolean): Promise<void> => {
    for (let frame = 0; frame < seconds * 8; frame += 1) {
      const pixels = new SharedArrayBuffer(i420Bytes(160, 90));
      const luma = new Uint8Array(pixels, 0, 160 * 90).fill(90);
      for (let y = 20; isMoving && y < 60; y += 1)
        luma.fill(220, y * 160 + (frame % 8) * 12, y * 160 + (frame % 8) * 12 + 40);
      show({ width: 160, height: 90, pixels, sequence: frame, capturedMs: clock.uptimeMs() });
      await clock.advance(125);
    }
  };
  await look(2, false);
  await look(3, true);
  await look(4, false);
  await look(2, true); // Within the cool-down: it belongs to the visit before.
  await look(20, false);
  await look(2, true);
  assert.equal(target.acts.length, 2);
  assert.equal(events.of('MOTION_DETECTED').length, 3);
  assert.equal(events.of('MOTION_ENDED').length, 2);
  stop();
  await settled();
});
