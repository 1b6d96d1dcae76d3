import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import test, { type TestContext } from 'node:test';
import { DoorKnocking } from '../../../src/appliance/trial/door-knocking.ts';
import type { Callers } from '../../../src/update/judge/callers.ts';
import { doorAt } from '../../../src/machine/process/door-question.ts';
import { knock, mainThreadOf } from '../../../src/machine/process/door-knock.ts';
import { nodeClock } from '../../../src/machine/node/node-clock.ts';
import { until } from '../street.ts';

/** A door that answers as it is told, and somebody who watches it. */
async function watched(
  t: TestContext,
  answer: (socket: Socket) => void,
  callers: () => Callers = () => 'few',
): Promise<{ door: DoorKnocking; told: () => number }> {
  const held = new Set<Socket>();
  const server: Server = createServer((socket) => {
    held.add(socket);
    socket.on('error', () => undefined);
    answer(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let told = 0;
  const end = new AbortController();
  const door = new DoorKnocking({
    clock: nodeClock,
    knock: (path) => knock(doorAt(`http://127.0.0.1:${port}`), path),
    mainThread: () => mainThreadOf(process.pid),
    callers,
    onSilence: () => (told += 1),
  });
  void door.run(end.signal);
  t.after(() => {
    end.abort();
    for (const socket of held) socket.destroy();
    server.close();
  });
  return { door, told: () => told };
}

test('a door that is answered is not silent, whatever is answered', async (t) => {
  const { door } = await watched(t, (socket) => socket.end('HTTP/1.1 500 no\r\n\r\n'));
  await until(() => door.sight().answered >= 5);
  const { knocks, silentMs, ownMs } = door.sight();
  assert.ok(knocks >= 5);
  assert.ok(silentMs < 100 + ownMs, 'only the last one may still wait');
});

test('a door that takes connections and answers nobody is silent, and somebody hears of it', async (t) => {
  const { door, told } = await watched(t, () => {});
  await until(() => door.sight().silentMs > 400);
  assert.ok(told() > 0);
  assert.equal(door.sight().answered, 0);
  await until(() => door.sight().knocks === 10);
  await until(() => door.sight().silentMs > 1500);
  assert.equal(door.sight().knocks, 10, 'no more wait than a few');
});

test('one that falls silent after a while is silent since then; one that cuts everybody off is not', async (t) => {
  let answers = 3;
  const { door } = await watched(t, (socket) => {
    if ((answers -= 1) >= 0) socket.end('HTTP/1.1 200 OK\r\n\r\n');
  });
  await until(() => door.sight().answered === 3);
  await until(() => door.sight().silentMs > 300);
  const cutting = await watched(t, (socket) => void socket.destroy());
  await until(() => cutting.door.sight().knocks > 5);
  assert.ok(cutting.door.sight().silentMs < 300);
  assert.equal(cutting.door.sight().answered, 0);
});

test('who only waits since a door fell silent is no reason for its silence', async (t) => {
  let callers: Callers = 'some';
  let answers = 3;
  const { door } = await watched(
    t,
    (socket) => {
      if ((answers -= 1) >= 0) socket.end('HTTP/1.1 200 OK\r\n\r\n');
    },
    () => callers,
  );
  await until(() => door.sight().silentMs > 100);
  callers = 'crowd';
  await until(() => door.sight().silentMs > 300);
  assert.equal(door.sight().callers, 'some');
});

test('one that answers everybody late is not silent, and not charged with what it did before its last answer', async (t) => {
  const end = new AbortController();
  t.after(() => end.abort());
  const late = (): ReturnType<typeof knock> => {
    const told = nodeClock.sleep(600).then(() => 'answered' as const);
    return { told, leave: () => undefined };
  };
  const mainThread = () => ({ isBusy: true, workedMs: nodeClock.uptimeMs() });
  const parts = { mainThread, callers: () => 'few' as const, onSilence: () => undefined };
  const door = new DoorKnocking({ clock: nodeClock, knock: late, ...parts });
  void door.run(end.signal);
  await until(() => {
    const { silentMs, workedMs, answered, ownMs } = door.sight();
    assert.ok(workedMs <= silentMs, `${workedMs} ms of work in ${silentMs} ms`);
    if (answered > 0) assert.ok(silentMs < 300 + ownMs, `silent for ${silentMs} ms`);
    return answered >= 8;
  });
});

test('a process that computes is at work, one that has ended says nothing', () => {
  const before = mainThreadOf(process.pid);
  for (let turn = 0; turn < 20_000_000; turn += 1) Math.sqrt(turn);
  const after = mainThreadOf(process.pid);
  assert.equal(after?.isBusy, true);
  assert.ok((after?.workedMs ?? 0) > (before?.workedMs ?? 0));
  assert.equal(mainThreadOf(2 ** 22), undefined);
});
