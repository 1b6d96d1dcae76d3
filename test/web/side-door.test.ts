/** Requests that go to another process, and that come from one. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import test, { type TestContext } from 'node:test';
import { askDoor, doorInside } from '../../src/machine/process/door-question.ts';
import { openWeb, type Web } from '../../src/web/server.ts';
import { House } from './house.ts';
import { sideEntranceOf } from './side-entrance.ts';

/** Answers at its own door, and at a side door on a port of its own. */
async function opened(t: TestContext): Promise<{ house: House; web: Web; side: (text: string) => Promise<string> }> {
  const house = new House();
  const web = await openWeb(house.parts());
  await web.listen();
  const side = await sideEntranceOf(t, web);
  t.after(async () => {
    await web.close();
    await house.close();
  });
  return { house, web, side };
}

const request = (line: string, again: string): string =>
  `${line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ndoorward-again: ${again}\r\ncontent-length: 0\r\n\r\n`;

test('what callers ask goes where it is passed to, and is answered here again afterwards', async (t) => {
  const { web, side } = await opened(t);
  web.passTo((_request, response) => void response.end('over there'));
  assert.equal(await (await fetch(`${web.address}/ready`)).text(), 'over there');
  assert.match(await side(request('GET /api/v1/status', 'unknown')), /^HTTP\/1.1 200 /, 'the side door is ours');
  const inside = doorInside((connection) => web.admit(connection));
  const own = await askDoor(inside, { method: 'GET', path: '/api/v1/status' }, 10_000);
  assert.ok(own.outcome === 'answered' && Buffer.from(own.body).includes('uptimeMs'), 'questions of its own are too');
  web.passTo(undefined);
  assert.equal((await fetch(`${web.address}/api/v1/status`)).status, 200);
  await web.idle();
});

test('what may have been done already is done again only where that does no harm', async (t) => {
  const { house, web, side } = await opened(t);
  assert.match(await side(request('POST /api/v1/trigger', 'unknown')), /^HTTP\/1.1 202 /);
  assert.equal(house.rings.length, 1);
  assert.match(await side(request('POST /api/v1/notifications/test', 'unpassed')), /^HTTP\/1.1 202 /);
  const doubtful = await side(request('POST /api/v1/notifications/test', 'unknown'));
  assert.match(doubtful, /^HTTP\/1.1 503 (?=.*retry-after: 1\r)(?=.*"code":"perhaps-done")/is);
  assert.match(await side(request('GET /api/v1/status', 'lost')), /^HTTP\/1.1 503 /);
  const headers = { 'doorward-again': 'lost' };
  assert.equal((await fetch(`${web.address}/api/v1/status`, { headers })).status, 200, 'nobody else can say so');
});

test('a ring that somebody has stored before is answered, and not rung again', async (t) => {
  const { house, side } = await opened(t);
  const name = '0f3c5a52-6c0f-4a6e-9f51-0d7a5b2f2c11';
  const ring = request('POST /api/v1/trigger', 'unknown').replace('host:', `doorward-request: ${name}\r\nhost:`);
  assert.match(await side(ring), /^HTTP\/1.1 202 /);
  assert.deepEqual(house.rings, [{ source: 'api', triggerId: name }]);
  house.neighbours.triggers = [{ id: name, visitId: 'visit-7', source: 'api', press: 'press', atMs: 0 }];
  assert.match(await side(ring), /^HTTP\/1.1 202 (?=.*"visitId":"visit-7")/s);
  assert.equal(house.rings.length, 1);
});

test('a request from another process is of whom that says; one of an earlier release has callers of this machine alone', async (t) => {
  const { side } = await opened(t);
  const asked = (peer: string): Promise<string> =>
    side(request('GET /api/v1/status', 'unpassed').replace('host:', `${peer}host:`));
  assert.match(await asked(''), /^HTTP\/1.1 200 /);
  assert.match(await asked('doorward-peer: 127.0.0.1\r\n'), /^HTTP\/1.1 200 /);
  assert.match(await asked('doorward-peer: house\r\n'), /^HTTP\/1.1 200 /);
  for (const peer of ['192.168.1.66', '192.168.1.66 tls', '', 'nonsense'])
    assert.match(await asked(`doorward-peer: ${peer}\r\n`), /^HTTP\/1.1 401 /, peer);
});

test('a name that a caller gives its request is not believed', async (t) => {
  const { house, web } = await opened(t);
  const name = '0f3c5a52-6c0f-4a6e-9f51-0d7a5b2f2c11';
  await fetch(`${web.address}/api/v1/trigger`, { method: 'POST', headers: { 'doorward-request': name } });
  assert.notEqual(house.rings[0]?.triggerId, name);
});

test('before it listens itself, callers find it where it is told', async (t) => {
  const house = new House();
  const web = await openWeb(house.parts());
  t.after(async () => {
    await web.close();
    await house.close();
  });
  web.isReachedAt('http://127.0.0.1:8080');
  assert.equal(web.address, 'http://127.0.0.1:8080');
  await web.listen();
  assert.notEqual(web.address, 'http://127.0.0.1:8080');
});

test('whoever leaves in the middle of a request that is answered inside harms nobody', { timeout: 20_000 }, async (t) => {
  const { web } = await opened(t);
  const inside = [(one: Duplex): void => web.admit(one), (one: Duplex): void => web.enter(one)];
  for (const text of ['POST /api/v1/trigger HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{', 'NONSENSE\r\n\r\n'])
    for (const take of inside) {
      const connection = doorInside(take)();
      let heard = '';
      connection.setEncoding('utf8').on('data', (piece: string) => (heard += piece));
      connection.end(text);
      await once(connection, 'close');
      assert.match(heard, /^(?:HTTP\/1.1 400 .*|)$/s);
    }
  assert.equal((await fetch(`${web.address}/api/v1/status`)).status, 200);
}); // prettier-ignore
