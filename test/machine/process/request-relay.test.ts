/** What callers see of a release on trial that answers, hangs, dies, or is told to go, when their requests are passed on to it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { doorAt, doorInside } from '../../../src/machine/process/door-question.ts';
import { RequestRelay } from '../../../src/machine/process/request-relay.ts';

type Answerer = (request: IncomingMessage, response: ServerResponse) => unknown;

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Says who answered, to what, with how long a body, and why it was asked again. */
function answerAs(name: string): Answerer {
  return async (asked, response) => {
    let bytes = 0;
    for await (const chunk of asked) bytes += (chunk as Buffer).length;
    const text = `${name} ${asked.method} ${asked.url} ${bytes} ${String(asked.headers['doorward-again'] ?? '-')}`;
    response.writeHead(200, { 'content-length': text.length, 'x-one': ['a', 'b'] }).end(text);
  };
}

/** An incumbent that passes everything on, and a candidate that answers as it is told; it dies and hangs like a process. */
class Stage {
  readonly incumbent: Server;
  readonly candidate: Server;
  relay: RequestRelay | undefined;
  port = 0;
  readonly #candidateSockets = new Set<Socket>();
  readonly #inside = new Set<Duplex>();
  readonly ownPorts = new Set<number | undefined>();

  constructor(answer: Answerer) {
    const own = answerAs('incumbent');
    this.incumbent = createServer((asked, response) => {
      if (this.relay !== undefined && !this.#inside.has(asked.socket)) this.relay.pass(asked, response);
      else own(asked, response);
    });
    this.candidate = createServer(answer);
    this.candidate.on('connection', (socket) => this.#candidateSockets.add(socket));
  }

  static async open(t: TestContext, answer: Answerer = answerAs('candidate')): Promise<Stage> {
    const stage = new Stage(answer);
    stage.port = await listening(stage.incumbent);
    const own = doorInside((connection) => {
      stage.#inside.add(connection);
      stage.incumbent.emit('connection', connection);
    });
    const candidate = doorAt(`http://127.0.0.1:${await listening(stage.candidate)}`);
    stage.relay = new RequestRelay({
      candidate,
      own,
      isFromHere: (port) => stage.ownPorts.has(port),
      isHouse: ({ headers }) => headers.authorization === 'Bearer of the house',
      newId: randomUUID,
      onPassed: () => undefined,
    });
    t.after(() => {
      stage.die();
      stage.incumbent.closeAllConnections();
      stage.incumbent.close();
    });
    return stage;
  }

  die(): void {
    this.candidate.close();
    for (const socket of this.#candidateSockets)
      if (socket.readyState === 'open') socket.resetAndDestroy();
      else socket.destroy(); // Reset in the middle of its end, it would keep its handle.
  }

  takeBack(): void {
    const relay = this.relay;
    this.relay = undefined;
    relay?.recall();
  }

  ask(path: string, { method = 'GET', body = '', agent = new Agent() } = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const asked = request({ port: this.port, path, method, agent, headers: { 'content-length': body.length } });
      asked.on('response', (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => resolve(text));
        answer.on('error', reject);
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }

  /** Sends this as it is, then what comes with time; resolves with all that comes back until the connection ends. */
  async say(first: string, ...later: readonly Promise<string>[]): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    let heard = '';
    socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
    const over = once(socket, 'close');
    socket.write(first);
    for (const text of later) socket.write(await text);
    await over;
    return heard;
  }
}

const never: Answerer = (asked) => void asked.resume();
const ways: Record<string, (stage: Stage) => void> = {
  'is killed while it hangs': (stage) => {
    stage.die();
    stage.takeBack();
  },
  'is told to go, and is killed a moment later': (stage) => {
    stage.takeBack();
    setTimeout(() => stage.die(), 50);
  },
};

test('a release on trial answers everything, over connections that are kept', async (t) => {
  const stage = await Stage.open(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  assert.equal(await stage.ask('/a?b=%20c', { agent }), 'candidate GET /a?b=%20c 0 -');
  assert.equal(
    await stage.ask('/a', { agent, method: 'POST', body: 'x'.repeat(100_000) }),
    'candidate POST /a 100000 -',
  );
  assert.equal(await stage.ask('/a', { agent, method: 'DELETE' }), 'candidate DELETE /a 0 -');
  const head = await stage.say('HEAD /h HTTP/1.1\r\nhost: x\r\nconnection: close\r\ndoorward-again: lost\r\n\r\n');
  assert.match(head, /^HTTP\/1.1 200 OK\r\n(?=.*content-length: 21)(?=.*x-one: a\r\nx-one: b)/s);
  const chunked =
    'POST /c HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
  assert.match(await stage.say(chunked), /candidate POST \/c 3 -$/);
  assert.match(await stage.say('GET /old HTTP/1.0\r\n\r\n'), /candidate GET \/old 0 -$/);
});

for (const [way, goes] of Object.entries(ways))
  test(`a candidate ${way}: every request that it had in its hands is answered by the incumbent`, async (t) => {
    const stage = await Stage.open(t, never);
    const late = Promise.withResolvers<string>();
    const reads = Array.from({ length: 200 }, (_, n) => stage.ask(`/page/${n}`));
    const writes = Array.from({ length: 50 }, (_, n) => stage.ask(`/do/${n}`, { method: 'POST', body: 'abc' }));
    const uploads = Array.from({ length: 20 }, (_, n) =>
      stage.say(`POST /up/${n} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 200006\r\n\r\n${'y'.repeat(200_000)}`, late.promise),
    ); // prettier-ignore
    const pipelined = stage.say(
      Array.from({ length: 20 }, (_, n) => `GET /line/${n} HTTP/1.1\r\nhost: x\r\n${n === 19 ? 'connection: close\r\n' : ''}\r\n`).join(''),
    ); // prettier-ignore
    while ((await connectionsOf(stage.candidate)) < 271) await sleep(5);
    goes(stage);
    assert.equal(await stage.ask('/new'), 'incumbent GET /new 0 -');
    late.resolve('z'.repeat(6));
    for (const [n, answer] of (await Promise.all(reads)).entries())
      assert.equal(answer, `incumbent GET /page/${n} 0 unknown`);
    for (const [n, answer] of (await Promise.all(writes)).entries())
      assert.equal(answer, `incumbent POST /do/${n} 3 unknown`);
    for (const [n, answer] of (await Promise.all(uploads)).entries())
      assert.ok(answer.endsWith(`incumbent POST /up/${n} 200006 unpassed`), answer);
    const line = await pipelined;
    for (let n = 0; n < 20; n += 1) assert.ok(line.includes(`incumbent GET /line/${n} 0`), `line ${n}`);
  });

test('whoever is asked is told who asks, by the incumbent alone', async (t) => {
  const tell: Answerer = (asked, response) => void response.end(String(asked.headers['doorward-peer']));
  const stage = await Stage.open(t, tell);
  const say = (header: string): Promise<string> =>
    stage.say(`GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${header}\r\n\r\n`);
  assert.equal(await stage.ask('/'), '127.0.0.1');
  assert.match(await say('doorward-peer: house'), /\r\n127\.0\.0\.1$/, 'no caller can say so itself');
  assert.match(await say('Doorward-Peer: 10.0.0.1 tls'), /\r\n127\.0\.0\.1$/);
  assert.match(await say('authorization: Bearer of the house'), /\r\nhouse$/, 'a command of the owner');
});

test('who dies in the middle of an answer has not given it; a stream ends well', async (t) => {
  const stage = await Stage.open(t, (asked, response) => {
    if (asked.url === '/events')
      return void response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    response.writeHead(200, { 'content-length': 1000 }).write('half');
  });
  const half = stage.ask('/half');
  const events = stage.ask('/events');
  while ((await connectionsOf(stage.candidate)) < 2) await sleep(5);
  await sleep(50);
  stage.die();
  stage.takeBack();
  assert.equal(await half, 'incumbent GET /half 0 unknown');
  assert.equal(await events, 'data: 1\n\n');
});

test('who waits in a queue that nobody serves is answered when the candidate is gone', async (t) => {
  const stage = await Stage.open(t, never);
  const asked = stage.ask('/waits');
  while ((await connectionsOf(stage.candidate)) < 1) await sleep(5);
  const relay = stage.relay;
  stage.takeBack();
  assert.equal(await Promise.race([asked, sleep(100).then(() => 'waits')]), 'waits');
  relay?.recallAll();
  assert.equal(await asked, 'incumbent GET /waits 0 unknown');
});

test('whoever sends several requests at once has them passed on one after the other', async (t) => {
  const stage = await Stage.open(t, never);
  const line = stage.say(
    Array.from({ length: 20 }, (_, n) => `GET /line/${n} HTTP/1.1\r\nhost: x\r\n${n === 19 ? 'connection: close\r\n' : ''}\r\n`).join(''),
  ); // prettier-ignore
  const other = stage.ask('/other');
  while ((await connectionsOf(stage.candidate)) < 2) await sleep(5);
  await sleep(50);
  assert.equal(await connectionsOf(stage.candidate), 2);
  stage.die();
  stage.takeBack();
  const answers = await line;
  for (let n = 0; n < 20; n += 1) assert.ok(answers.includes(`incumbent GET /line/${n} 0`), `line ${n}`);
  await other;
});

test('a long answer is passed back as it comes, and waits for whoever reads slowly', async (t) => {
  const piece = Buffer.alloc(256 * 1024, 'x');
  let sent = 0;
  const stage = await Stage.open(t, async (_asked, response) => {
    response.writeHead(200, { 'content-length': piece.length * 200 });
    for (; sent < 200 && !response.destroyed; sent += 1) if (!response.write(piece)) await once(response, 'drain');
    response.end();
  });
  const asked = request({ port: stage.port, path: '/long', agent: false });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  for (let before = -1; before !== sent; await sleep(200)) before = sent;
  assert.ok(sent < 200, 'it goes on sending what nobody reads');
  let bytes = 0;
  for await (const chunk of answer) bytes += (chunk as Buffer).length;
  assert.equal(bytes, piece.length * 200);
});

test('a body that is too large to keep is passed on; when it is gone, that is said', async (t) => {
  let heard = 0;
  const stage = await Stage.open(t, (asked) => void asked.on('data', (bytes: Buffer) => (heard += bytes.length)));
  const body = 'x'.repeat(30 * 1024 * 1024);
  const asked = stage.ask('/file', { method: 'POST', body });
  while (heard < body.length) await sleep(5);
  const later = stage.ask('/later', { method: 'POST', body: body.slice(0, body.length / 2) });
  while (heard < body.length * 1.5) await sleep(5);
  stage.die();
  stage.takeBack();
  assert.equal(await asked, 'incumbent POST /file 0 lost');
  assert.match(await later, /^incumbent POST \/later 15728640 un/, 'what one has filled does not harm the others');
});

test('while nobody knows whether the candidate is well, what it drops waits', async (t) => {
  const stage = await Stage.open(t, (asked) => asked.socket.destroy());
  const asked = stage.ask('/dropped');
  assert.equal(await Promise.race([asked, sleep(200).then(() => 'waits')]), 'waits');
  stage.takeBack();
  assert.equal(await asked, 'incumbent GET /dropped 0 unknown');
});

test('what the candidate cuts of a question of this process is cut, and nobody else answers it', async (t) => {
  const stage = await Stage.open(t, (asked) => asked.socket.destroy());
  const socket = connect(stage.port, '127.0.0.1');
  await once(socket, 'connect');
  stage.ownPorts.add(socket.localPort);
  socket.on('error', () => undefined).resume();
  socket.write('GET /a HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'close');
  assert.equal(socket.bytesRead, 0);
});

test('an incumbent that leaves ends streams well, and tells callers to connect anew', async (t) => {
  const stage = await Stage.open(t, (asked, response) => {
    if (asked.url === '/events')
      return void response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    answerAs('candidate')(asked, response);
  });
  const events = stage.ask('/events');
  while ((await connectionsOf(stage.candidate)) < 1) await sleep(5);
  await sleep(50);
  stage.relay?.sayFarewell();
  assert.equal(await events, 'data: 1\n\n');
  assert.match(
    await stage.say('GET /a HTTP/1.1\r\nhost: x\r\n\r\n'),
    /connection: close\r\n(.*\r\n)*\r\ncandidate GET \/a 0 -$/i,
  );
});

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
}
