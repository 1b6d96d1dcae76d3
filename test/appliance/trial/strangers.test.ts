/** Who counts as a crowd before a release on trial: requests as the incumbent passes them on, over real sockets. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type TestContext } from 'node:test';
import { countStrangers, type Strangers } from '../../../src/appliance/trial/strangers.ts';
import { holdsOtherEnd } from '../../../src/machine/process/connection-owner.ts';
import { knock } from '../../../src/machine/process/door-knock.ts';
import { askDoor, doorAt, type DoorRequest, knownDoorAt } from '../../../src/machine/process/door-question.ts';
import { RequestRelay } from '../../../src/machine/process/request-relay.ts';
import { CallerCount, type Callers } from '../../../src/update/judge/callers.ts';

const timeoutMs = 20_000;
const read: DoorRequest = { method: 'GET', path: '/ready' };
const photo = { method: 'POST', path: '/', headers: { 'content-type': 'image/jpeg' } } as const;

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => (server.close(), server.closeAllConnections()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An incumbent that passes everything on, on a clock that stands still; the candidate answers no picture. */
async function open(
  t: TestContext,
  isCandidates: Strangers['isCandidates'] = () => false,
): Promise<{ seen: CallerCount; address: string; own: ReturnType<typeof knownDoorAt> }> {
  const candidate = await serve(t, (asked, response) => {
    asked.resume();
    if (asked.method === 'GET') response.end('well');
  });
  const held: { relay?: RequestRelay } = {};
  const address = await serve(t, (asked, response) => held.relay?.pass(asked, response));
  const seen = new CallerCount({ uptimeMs: () => 10_000 });
  const own = knownDoorAt(address);
  held.relay = new RequestRelay({
    candidate: doorAt(candidate),
    own: doorAt(candidate),
    isFromHere: () => false,
    isHouse: () => false,
    newId: randomUUID,
    onPassed: countStrangers(seen, { doors: [own], isCandidates, clock: { uptimeMs: () => performance.now() } }),
  });
  return { seen, address, own };
}

test('what the incumbent asks itself, and its knocks, are no crowd; as many strangers are one', async (t) => {
  const { seen, address, own } = await open(t);
  for (let time = 0; time < 30; time += 1) {
    await askDoor(own.open, read, timeoutMs);
    assert.equal(await knock(own.open, '/ready').told, 'answered');
  }
  assert.equal(seen.callers, 'few');
  for (let time = 0; time < 39; time += 1) await askDoor(doorAt(address), read, timeoutMs);
  assert.equal(seen.callers, 'some');
  await askDoor(doorAt(address), read, timeoutMs);
  assert.equal(seen.callers, 'crowd');
});

test(
  'two pictures of strangers are one as soon as they have come whole, and so are many bytes',
  { timeout: timeoutMs },
  async (t) => {
    const { seen, address } = await open(t);
    const one = { ...photo, body: Buffer.alloc(9) };
    for (let time = 0; time < 2; time += 1) void askDoor(doorAt(address), one, timeoutMs);
    while (seen.callers !== 'crowd') await new Promise((resolve) => setImmediate(resolve));
    const { seen: other, address: elsewhere } = await open(t);
    void askDoor(doorAt(elsewhere), { ...photo, body: Buffer.alloc(5_000_000) }, timeoutMs);
    while (other.callers !== 'crowd') await new Promise((resolve) => setImmediate(resolve));
  },
);

test('a crowd that is the one on trial itself is none, over whatever connections it comes', async (t) => {
  const held: { pid?: number } = {};
  const { seen, address } = await open(t, (connection) => holdsOtherEnd([held.pid ?? 0], connection));
  const asks = `setInterval(() => fetch(${JSON.stringify(address)}, { headers: { connection: 'close' } }).then((one) => one.text()), 5)`;
  const callers = (): Callers => seen.callers;
  const crowd = spawn(process.execPath, ['-e', asks], { stdio: 'ignore' });
  t.after(() => crowd.kill('SIGKILL'));
  while (callers() !== 'crowd') await new Promise((resolve) => setImmediate(resolve));
  held.pid = crowd.pid ?? 0;
  while (callers() !== 'few') await new Promise((resolve) => setImmediate(resolve));
  for (let time = 0; time < 50; time += 1) await askDoor(doorAt(address), read, timeoutMs);
  assert.equal(callers(), 'few', 'it is not excused any more, whoever else comes');
});
