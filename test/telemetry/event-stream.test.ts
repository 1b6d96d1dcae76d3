import assert from 'node:assert/strict';
import test from 'node:test';
import type { PipelineEvent } from '../../src/system/event.ts';
import { EventStream, type NumberedEvent } from '../../src/telemetry/event-stream.ts';
import { StillClock } from './still-clock.ts';

const frame: PipelineEvent = { type: 'FRAME_CAPTURED', status: 'success', component: 'capture' };

function newStream(): { stream: EventStream; faults: unknown[] } {
  const faults: unknown[] = [];
  return { stream: new EventStream(new StillClock(), (error) => faults.push(error)), faults };
}

test('a listener gets every event from then on, numbered and dated, until it leaves', () => {
  const { stream } = newStream();
  const seen: NumberedEvent[] = [];
  stream.emit(frame);
  const leave = stream.subscribe((event) => seen.push(event));
  stream.emit({ ...frame, correlationId: 'visit-1' });
  leave();
  stream.emit(frame);
  assert.deepEqual(seen, [{ ...frame, correlationId: 'visit-1', id: 2, atMs: new StillClock().wallMs() }]);
});

test('a listener that was away gets what it missed, then the rest, without a gap or a double', () => {
  const { stream } = newStream();
  for (let count = 0; count < 5; count += 1) stream.emit(frame);
  const ids: number[] = [];
  stream.subscribe((event) => ids.push(event.id), { afterId: 3 });
  stream.emit(frame);
  assert.deepEqual(ids, [4, 5, 6]);
});

test('an id of an earlier process replays everything kept', () => {
  const { stream } = newStream();
  stream.emit(frame);
  const ids: number[] = [];
  stream.subscribe((event) => ids.push(event.id), { afterId: 9000 });
  assert.deepEqual(ids, [1]);
});

test('1,000 events are kept, the newest', () => {
  const { stream } = newStream();
  for (let count = 0; count < 2500; count += 1) stream.emit(frame);
  const kept = stream.recent();
  assert.equal(kept.length, 1000);
  assert.equal(kept[0]?.id, 1501);
  assert.equal(kept.at(-1)?.id, 2500);
});

test('a listener that throws is reported and harms nobody else', () => {
  const { stream, faults } = newStream();
  const seen: number[] = [];
  stream.subscribe(() => {
    throw new Error('broken page');
  });
  stream.subscribe((event) => seen.push(event.id));
  stream.emit(frame);
  assert.deepEqual(seen, [1]);
  assert.equal(String(faults[0]), 'Error: broken page');
});

test('the same function may listen twice and leave once', () => {
  const { stream } = newStream();
  let count = 0;
  const listener = (): void => {
    count += 1;
  };
  stream.subscribe(listener);
  stream.subscribe(listener)();
  stream.emit(frame);
  assert.equal(count, 1);
});

test('listeners are bounded', () => {
  const { stream } = newStream();
  for (let count = 0; count < 100; count += 1) stream.subscribe(() => undefined);
  assert.throws(() => stream.subscribe(() => undefined), /cannot listen to events: 100 listen already/);
});
