import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type TestContext } from 'node:test';
import { askDoor, doorAt, doorInside, knownDoorAt, type OpenDoor } from '../../../src/machine/process/door-question.ts';

/** A server that can be asked over the network and from inside. */
async function doors(t: TestContext, answer: (path: string, response: ServerResponse) => void): Promise<OpenDoor[]> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(`${request.method} ${request.url}`, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return [doorAt(`http://127.0.0.1:${port}`), doorInside((connection) => void server.emit('connection', connection))];
}
const text = (answer: Awaited<ReturnType<typeof askDoor>>): string =>
  answer.outcome === 'answered' ? `${answer.status} ${Buffer.from(answer.body).toString()}` : answer.outcome;

test('a door is asked over the network and from inside in the same way', async (t) => {
  for (const door of await doors(t, (asked, response) => response.writeHead(404).end(asked))) {
    assert.equal(text(await askDoor(door, { method: 'GET', path: '/x' }, 60_000)), '404 GET /x');
    const body = Buffer.alloc(300_000, 1);
    assert.equal(text(await askDoor(door, { method: 'POST', path: '/y', body }, 60_000)), '404 POST /y');
  }
});

test('a known door knows whom it has sent, and nobody at another address who has the same port', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const door = knownDoorAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(door.open(), 'connect')]);
  const { remoteAddress, remotePort } = accepted;
  assert.equal(door.hasMade(accepted), true);
  assert.equal(door.hasMade({ remoteAddress: `::ffff:${remoteAddress}`, remotePort }), true);
  assert.equal(door.hasMade({ remoteAddress: '127.0.0.2', remotePort }), false);
  assert.equal(door.hasMade({ remoteAddress: '192.168.1.66', remotePort }), false);
  assert.equal(door.hasMade({ remoteAddress, remotePort: remotePort + 1 }), false);
  assert.equal(door.hasMade({}), false);
  accepted.destroy();
});

test('of an answer that does not end as much is read as is enough; one that ends before is cut', async (t) => {
  const isEnough = (bytes: Buffer): boolean => bytes.includes('two');
  for (const door of await doors(t, (asked, response) => {
    response.write('one ');
    if (asked.endsWith('/short')) response.end();
    else setImmediate(() => response.write('two'));
  })) {
    assert.equal(text(await askDoor(door, { method: 'GET', path: '/', isEnough }, 60_000)), '200 one two');
    assert.equal(text(await askDoor(door, { method: 'GET', path: '/short', isEnough }, 60_000)), 'cut');
  }
});

test('whoever answers learns that the caller has left', async (t) => {
  const gone: Promise<unknown>[] = [];
  const open = await doors(t, (_asked, response) => {
    gone.push(once(response, 'close'));
    response.write('one ');
  });
  for (const door of open) await askDoor(door, { method: 'GET', path: '/', isEnough: () => true }, 60_000);
  assert.equal(gone.length, open.length);
  await Promise.all(gone);
});

test('a door that says nothing is late, one that hangs up is cut', async (t) => {
  for (const door of await doors(t, (asked, response) => {
    if (asked.endsWith('/cut')) response.destroy();
  })) {
    assert.equal(text(await askDoor(door, { method: 'GET', path: '/cut' }, 60_000)), 'cut');
    assert.equal(text(await askDoor(door, { method: 'GET', path: '/' }, 50)), 'late');
  }
});
