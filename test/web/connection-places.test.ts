import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import test from 'node:test';
import { ConnectionPlaces, placesMax } from '../../src/web/connection-places.ts';
import type { Site } from '../../src/web/site.ts';
import { silentLog } from './house.ts';

class Caller extends EventEmitter {
  bytesRead = 0;
  writableLength = 0;
  isCut = false;
  destroy(): void {
    this.isCut = true;
    this.emit('close');
  }
}

function openHall() {
  const clock = { nowMs: 0, uptimeMs: () => clock.nowMs };
  const server = new EventEmitter();
  const complaints: string[] = [];
  const known = new Set<object>();
  const places = new ConnectionPlaces(server as unknown as Site['server'], {
    clock: clock as never,
    log: { ...silentLog, warn: (message) => void complaints.push(message) },
    metrics: { securityEvent: () => undefined } as never,
  }, (caller) => known.has(caller)); // prettier-ignore
  const enter = (remoteAddress = '127.0.0.1'): Caller => {
    const caller = Object.assign(new Caller(), { remoteAddress });
    server.emit('connection', caller);
    return caller;
  };
  const ask = (caller: Caller, request: { complete: boolean }) => {
    const response = Object.assign(new EventEmitter(), { writableFinished: false });
    server.emit('request', { ...request, socket: caller }, response);
    return response;
  };
  return { clock, places, enter, ask, complaints, known };
}

test('when places run out the one goes who makes least of it, and nobody who waits for us', () => {
  const { clock, enter, ask, complaints } = openHall();
  const waiting = enter();
  ask(waiting, { complete: true });
  const reader = enter();
  ask(reader, { complete: true });
  reader.writableLength = 1000;
  const [slow, quick] = [enter(), enter()];
  ask(slow, { complete: false });
  ask(quick, { complete: false });
  slow.bytesRead = 10;
  quick.bytesRead = 10_000;
  const idle = enter();
  ask(idle, { complete: true }).emit('close');
  clock.nowMs = 2000;
  const half = enter();
  clock.nowMs = 5000;
  const rest = Array.from({ length: placesMax - 6 }, () => enter());
  for (const caller of rest) ask(caller, { complete: true });
  const cutAfter = (): readonly string[] => {
    ask(enter(), { complete: true });
    const named = { waiting, reader, slow, quick, idle, half };
    return Object.entries(named).flatMap(([name, { isCut }]) => (isCut ? [name] : []));
  };
  assert.deepEqual(cutAfter(), ['idle']);
  assert.deepEqual(cutAfter(), ['idle', 'half']);
  assert.deepEqual(cutAfter(), ['slow', 'idle', 'half']);
  assert.deepEqual(cutAfter(), ['slow', 'quick', 'idle', 'half']);
  assert.deepEqual(cutAfter(), ['reader', 'slow', 'quick', 'idle', 'half']);
  assert.equal(waiting.isCut, false);
  assert.equal(complaints.length, 1, 'it is said once a minute');
});

test('in a flood of connections that never ask, one that does finds its place and keeps it', () => {
  const { enter, ask } = openHall();
  for (let count = 0; count < placesMax; count += 1) enter();
  const page = enter();
  for (let count = 0; count < placesMax - 1; count += 1) enter();
  assert.equal(page.isCut, false, 'whoever just came is given the chance to ask');
  ask(page, { complete: true });
  for (let count = 0; count < 3 * placesMax; count += 1) enter();
  assert.equal(page.isCut, false);
});

test('strangers make room for one another, the crowd of one address first; this machine and who is known keep their places', () => {
  const { enter, ask, known } = openHall();
  const command = enter();
  const owner = enter('192.168.1.2');
  ask(owner, { complete: true }).emit('close');
  known.add(owner);
  const guest = enter('192.168.1.3');
  ask(guest, { complete: true });
  const crowd = Array.from({ length: placesMax - 3 }, () => enter('192.168.1.66'));
  const flood = (address: string, length = placesMax): readonly Caller[] =>
    Array.from({ length }, () => enter(address));
  const more = flood('192.168.1.66');
  assert.equal([...crowd, ...more].filter(({ isCut }) => isCut).length, placesMax);
  assert.equal(guest.isCut, false, 'the crowd goes');
  flood('2001:db8::5').concat(flood('::ffff:192.168.1.66'));
  assert.deepEqual([command.isCut, owner.isCut], [false, false]);
  const neighbours = flood('127.0.0.1', placesMax - 2);
  assert.deepEqual(
    [command, owner, ...neighbours].filter(({ isCut }) => isCut),
    [],
    'strangers go before neighbours',
  );
});

test('connections on which nothing is asked are cut on demand, the others stay', () => {
  const { places, enter, ask } = openHall();
  const [silent, idle, busy] = [enter(), enter(), enter()];
  ask(idle, { complete: true }).emit('close');
  ask(busy, { complete: true });
  places.cutSilent();
  assert.deepEqual([silent.isCut, idle.isCut, busy.isCut], [true, true, false]);
});

test('whoever goes on over another connection keeps the place, which is free when that one ends', () => {
  const { clock, places, enter, ask } = openHall();
  const [accepted, secure] = [enter(), Object.assign(new Caller(), { remoteAddress: '127.0.0.1' })];
  places.move(accepted, secure);
  ask(secure, { complete: true });
  clock.nowMs = 5000;
  const rest = Array.from({ length: placesMax - 1 }, () => enter());
  ask(enter(), { complete: true });
  assert.deepEqual([accepted.isCut, secure.isCut], [false, false], 'it is asked for something there');
  assert.equal(rest.filter(({ isCut }) => isCut).length, 1);
  secure.emit('close');
  enter();
  assert.equal(rest.filter(({ isCut }) => isCut).length, 1);
});
