import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { nodeNetwork } from '../../../src/machine/node/node-network.ts';
import { askStatus } from '../../../src/machine/node/status-request.ts';
import type { NetworkResult } from '../../../src/system/network.ts';

/** A receiver that says what it is told to, byte for byte, once it has heard the request. */
async function receiver(t: TestContext, speak: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => speak(socket));
  }).listen(0, '127.0.0.1');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook`;
}

/** Asked for its status alone, as notifications are sent. */
async function told(t: TestContext, answer: string | Buffer | ((socket: Socket) => void), timeoutMs = 10_000) {
  const speak = typeof answer === 'function' ? answer : (socket: Socket): void => void socket.end(answer);
  const url = await receiver(t, speak);
  return nodeNetwork().request({ url, method: 'POST', body: '{"kind":"ring"}', timeoutMs, answerBytesMax: 0 });
}

const statusOf = (result: NetworkResult): number | string =>
  result.outcome === 'answered' ? result.status : result.reason.replace(/127\.0\.0\.1:\d+/, 'HOST');

const forEver = (socket: Socket): void => {
  const more = (): void => {
    if (!socket.destroyed) socket.write('x'.repeat(60_000), more);
  };
  more();
};
const bomb = gzipSync(Buffer.alloc(20_000_000));

/** Whatever follows a status line does not unsay it. */
const answers: readonly (readonly [name: string, status: number, answer: Parameters<typeof told>[1]])[] = [
  ['a long body', 200, `HTTP/1.1 200 OK\r\ncontent-length: 6000\r\n\r\n${'x'.repeat(6000)}`],
  ['a body that does not come', 200, (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 6000\r\n\r\n')],
  ['a body without end', 200, (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n', () => forEver(socket))],
  ['broken chunks', 202, 'HTTP/1.1 202 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n'],
  ['chunks that stop', 200, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel'],
  ['a length and chunks', 200, 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['two lengths', 200, 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!'],
  ['a length that is none', 200, 'HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n'],
  ['no gzip where gzip is said', 200, 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello'],
  ['a bomb', 200, Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`), bomb])],
  ['204 with a body', 204, 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello'],
  ['the end right behind the headers', 200, 'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n'],
  ['the end right behind the status line', 200, 'HTTP/1.1 200 OK\r\n'],
  ['a broken header', 200, 'HTTP/1.1 200 OK\r\nnot a header\r\n\r\n'],
  ['headers without end', 200, `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(200_000)}\r\n\r\n`],
  ['lines that end as on Unix', 200, 'HTTP/1.1 200 OK\ncontent-length: 0\n\n'],
  ['100 Continue that nobody asked for', 201, 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n'],
  ['102 and 103 first', 200, 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
  ['interim answers, then broken headers', 200, 'HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\nHTTP/1.1 200 OK\r\nno header\r\n\r\n'],
  ['HTTP/1.0', 200, 'HTTP/1.0 200 OK\r\n\r\nhello'],
  ['no words behind the number', 200, 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n'],
  ['a refusal with a long page', 404, `HTTP/1.1 404 Not Found\r\ncontent-length: 9000\r\n\r\n${'x'.repeat(9000)}`],
  ['a redirect, not followed', 307, 'HTTP/1.1 307 Moved\r\nlocation: /moved\r\ncontent-length: 0\r\n\r\n'],
]; // prettier-ignore
for (const [name, status, answer] of answers) {
  test(`the status decides, whatever follows it: ${name}`, async (t) => {
    assert.equal(statusOf(await told(t, answer)), status);
  });
}

test('headers that trickle behind a status line cost their time, not a second notification', async (t) => {
  const deadline = new AbortController();
  // Its time is over when what was written has been read: a turn of the loop for either side of the connection.
  const isOver = (): unknown => setImmediate(() => setImmediate(() => deadline.abort()));
  const url = await receiver(t, (socket) => socket.write('HTTP/1.1 200 OK\r\nx: y\r\n', isOver));
  const asked = { url, method: 'POST' as const, timeoutMs: 10_000, answerBytesMax: 0 };
  assert.equal(statusOf(await askStatus(asked, new URL(url), deadline.signal)), 200);
});

test('where there is no status, nobody was told', async (t) => {
  for (const [answer, reason] of [
    ['', 'cannot reach HOST: socket hang up'],
    ['HTTP/1.1 20', 'cannot reach HOST: socket hang up'],
    ['HTTP/1.1 100 Continue\r\n\r\n', 'cannot reach HOST: socket hang up'],
    ['SSH-2.0-door\r\n', /^cannot reach HOST: Parse Error/],
    [
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
      'cannot reach HOST: the connection was closed before the answer',
    ],
  ] as const) {
    // prettier-ignore
    const said = String(statusOf(await told(t, answer)));
    if (typeof reason === 'string') assert.equal(said, reason);
    else assert.match(said, reason);
  }
  assert.equal(
    statusOf(await told(t, () => undefined, 20)),
    'cannot reach HOST: no answer within 20 ms',
    'and silence is none',
  );
});

test('patience that is asked for is heard, with and without a body', async (t) => {
  const result = await told(t, 'HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 9000\r\n\r\nx');
  assert.equal(result.outcome === 'answered' ? result.headers['retry-after'] : undefined, '7');
});

test('a receiver without a clock that names a date is believed by ours', async (t) => {
  const until = new Date(Date.now() + 600_000).toUTCString();
  const result = await told(t, `HTTP/1.1 503 Busy\r\nretry-after: ${until}\r\n\r\n`);
  const seconds = Number(result.outcome === 'answered' ? result.headers['retry-after'] : undefined);
  assert.ok(seconds > 500 && seconds <= 600, String(seconds));
});
