import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { startWeb } from '../../src/web/server.ts';
import { call } from './callers.ts';
import { House, jpeg } from './house.ts';

/** Far more than there are places. */
const crowd = 500;

interface Door {
  readonly house: House;
  readonly address: string;
  readonly callers: Socket[];
  crowdIn(text: string): Promise<void>;
}

async function openDoor(t: TestContext): Promise<Door> {
  const house = new House();
  const web = await startWeb(house.parts());
  const callers: Socket[] = [];
  t.after(async () => {
    for (const caller of callers) caller.destroy();
    await web.close();
    await house.close();
  });
  const port = Number(new URL(web.address).port);
  return {
    house,
    address: web.address,
    callers,
    async crowdIn(text) {
      for (let count = 0; count < crowd; count += 1) callers.push(await call(port, text));
    },
  };
}

/** The page, what it loads, the watchers and a command: each on a connection of its own. */
async function everybodyIsServed({ address, house }: Door): Promise<void> {
  const rings = house.rings.length;
  for (let round = 0; round < 3; round += 1) {
    for (const path of ['/', '/ui/page.js', '/metrics', '/health', '/api/v1/status', '/api/v1/visits']) {
      const answer = await fetch(address + path, { headers: { connection: 'close' } });
      assert.equal(answer.status, 200, path);
      await answer.arrayBuffer();
    }
    const rung = await fetch(`${address}/api/v1/trigger`, { method: 'POST', headers: { connection: 'close' } });
    assert.equal(rung.status, 202);
  }
  assert.equal(house.rings.length, rings + 3);
  assert.deepEqual(house.errors, []);
}

const host = 'Host: 127.0.0.1\r\n';
const crowds = {
  'say nothing': '',
  'send half a header': `GET /health HTTP/1.1\r\n${host}X-Half: `,
  'send half a body': `POST /api/v1/trigger HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
  'send half a picture': `POST /api/v1/recognize HTTP/1.1\r\n${host}Content-Type: image/jpeg\r\nContent-Length: 1000\r\n\r\n`,
  'send half a form': `POST /api/v1/people HTTP/1.1\r\n${host}Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n--x\r\n`,
  'keep idle connections': `GET /health HTTP/1.1\r\n${host}\r\n`,
  'take no answer': `GET /openapi.json HTTP/1.0\r\nConnection: keep-alive\r\n${host}\r\n`.repeat(2),
  'listen to everything': `GET /api/v1/events HTTP/1.1\r\n${host}\r\n`,
};

for (const [what, text] of Object.entries(crowds))
  test(`page, watchers and commands are served while ${crowd} connections ${what}`, { timeout: 120_000 }, async (t) => {
    const door = await openDoor(t);
    await door.crowdIn(text);
    await everybodyIsServed(door);
  });

test(
  'pictures that come a drop at a time keep nobody from enrolling or looking one up',
  { timeout: 60_000 },
  async (t) => {
    const { address, callers } = await openDoor(t);
    const port = Number(new URL(address).port);
    const half = '--x\r\nContent-Disposition: form-data; name="picture"; filename="a.jpg"\r\n\r\n';
    for (const type of ['image/jpeg', 'multipart/form-data; boundary=x'])
      for (let count = 0; count < 3; count += 1)
        callers.push(
          await call(
            port,
            `POST /api/v1/recognize HTTP/1.1\r\n${host}Content-Type: ${type}\r\nContent-Length: 12582912\r\n\r\n${half}`,
          ),
        );
    const recognize = (): Promise<Response> =>
      fetch(`${address}/api/v1/recognize`, { method: 'POST', body: jpeg, headers: { 'content-type': 'image/jpeg' } });
    let answer = await recognize();
    while (answer.status === 429) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      answer = await recognize();
    }
    assert.equal(answer.status, 200);
  },
);

test('half a header is waited for ten seconds, and answered with 408', { timeout: 60_000 }, async (t) => {
  const { address } = await openDoor(t);
  const half = await call(Number(new URL(address).port), 'GET /health HTTP/1.1\r\n');
  let answer = '';
  half.setEncoding('latin1').on('data', (part: string) => void (answer += part));
  await new Promise((resolve) => half.once('close', resolve));
  assert.match(answer, /^HTTP\/1\.1 408 [\s\S]*"code":"too-slow"/);
});
