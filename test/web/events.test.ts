import assert from 'node:assert/strict';
import test from 'node:test';
import { EventStream } from '../../src/telemetry/event-stream.ts';
import { EventConnections, waitingBytesMax, type Listener } from '../../src/web/event-connections.ts';
import { startWeb } from '../../src/web/server.ts';
import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { House } from './house.ts';

class Ear implements Listener {
  writableLength = 0;
  text = '';
  ending = 'open';
  write(chunk: string): boolean {
    this.text += chunk;
    return true;
  }
  end(): void {
    this.ending = 'ended';
  }
  destroy(): void {
    this.ending = 'cut';
  }
}

const everything = { afterId: undefined, types: new Set<never>() };

test('a heartbeat keeps connections, and stops when nobody listens', async () => {
  const beats: (() => void)[] = [];
  const clock = {
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        beats.push(resolve);
        signal?.addEventListener('abort', () => resolve());
      }),
  };
  const connections = new EventConnections({
    events: new EventStream(nodeClock, () => undefined),
    clock: { ...nodeClock, ...clock },
    updateDesk: () => 'cannot update',
  });
  const ear = new Ear();
  connections.join(ear, everything);
  beats[0]?.();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(ear.text, 'retry: 2000\n\n: still here\n\n');
  assert.equal(beats.length, 2);
  connections.leave(ear);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(beats.length, 2, 'nobody is waited for');
});

test('slow listeners are cut, too many are refused, closing ends the rest', () => {
  const events = new EventStream(nodeClock, () => undefined);
  const connections = new EventConnections({
    events,
    clock: { ...nodeClock, sleep: () => new Promise(() => undefined) },
    updateDesk: () => 'cannot update',
  });
  const ears = Array.from({ length: 16 }, () => new Ear());
  for (const ear of ears) connections.join(ear, everything);
  assert.ok(connections.isFull);
  const [slow, quick] = ears as [Ear, Ear];
  slow.writableLength = waitingBytesMax + 1;
  events.emit({ type: 'HEALTH_CHECK', status: 'success', component: 'test' });
  assert.deepEqual([slow.ending, quick.ending, connections.isFull], ['cut', 'open', false]);
  assert.match(quick.text, /event: HEALTH_CHECK/);
  assert.ok(!slow.text.includes('HEALTH_CHECK'));
  connections.close();
  assert.ok(ears.slice(1).every(({ ending }) => ending === 'ended'));
});

test('events over a real connection: what was missed comes first, only the wanted types, as JSON', async (t) => {
  const house = new House();
  const web = await startWeb(house.parts());
  t.after(async () => {
    await web.close();
    await house.close();
  });
  const emit = (type: 'DOORBELL_PRESSED' | 'FRAME_CAPTURED', visitId: string): void =>
    house.events.emit({ type, status: 'success', component: 'visit', data: { visitId, name: 'Ada\n\ndata: forged' } });
  emit('DOORBELL_PRESSED', 'seen');
  emit('DOORBELL_PRESSED', 'missed');
  const stop = new AbortController();
  const answer = await fetch(`${web.address}/api/v1/events?types=DOORBELL_PRESSED`, {
    headers: { 'last-event-id': '1' },
    signal: stop.signal,
  });
  assert.equal(answer.headers.get('content-type'), 'text/event-stream');
  emit('FRAME_CAPTURED', 'unwanted');
  emit('DOORBELL_PRESSED', 'live');
  const reader = answer.body?.getReader();
  let text = '';
  while (!text.includes('"live"')) text += Buffer.from((await reader?.read())?.value ?? []).toString();
  stop.abort();
  const blocks = text.split('\n\n').slice(1, -1);
  const heard = blocks
    .map((block) => block.split('\n'))
    .map(([id, event, data]) => ({ id, event, visit: JSON.parse(data?.slice(6) ?? '').data.visitId }));
  assert.deepEqual(heard, [
    { id: 'id: 2', event: 'event: DOORBELL_PRESSED', visit: 'missed' },
    { id: 'id: 4', event: 'event: DOORBELL_PRESSED', visit: 'live' },
  ]);
  for (const query of ['types=NONSENSE', 'types=a,b', 'colour=red'])
    assert.equal((await fetch(`${web.address}/api/v1/events?${query}`)).status, 400, query);
});
