/** Callers with requests of every kind under way while the door changes hands, in every way in which it can. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import test from 'node:test';
import { Street, until } from '../street.ts';

/** No picture at all: on a busy machine even one takes its time, and who has read all of this can say so. */
const picture = Buffer.alloc(400_000, 'x');
const each = 12;
const rings = "SELECT count(*) FROM triggers WHERE source = 'api'";
const host = 'host: localhost\r\n';
const ending = 'connection: close\r\n';

/** Whatever is said on a connection of one's own, and what comes back until it ends. */
class Caller {
  readonly #socket: Socket;
  heard = '';
  readonly #first: string;
  readonly #over: Promise<unknown>;

  constructor(address: string, first: string) {
    const { hostname, port } = new URL(address);
    this.#socket = connect(Number(port), hostname);
    this.#socket.setEncoding('latin1').on('data', (text: string) => (this.heard += text));
    this.#socket.on('error', (error) => (this.heard += String(error)));
    this.#over = once(this.#socket, 'close');
    this.#first = first.split('\r', 1)[0] ?? '';
    this.say(first);
  }

  say(text: string | Uint8Array): void {
    this.#socket.write(text, 'latin1');
  }

  async all(): Promise<string> {
    await this.#over;
    return `${this.#first}: ${this.heard}`;
  }
}

/** Half of a picture to be recognised; the other half comes later. */
class Upload extends Caller {
  constructor(address: string) {
    super(address, `POST /api/v1/recognize HTTP/1.1\r\n${host}${ending}content-type: image/jpeg\r\ncontent-length: ${picture.length}\r\n\r\n`); // prettier-ignore
    this.say(picture.subarray(0, picture.length / 2));
  }

  finish(): Promise<string> {
    this.say(picture.subarray(picture.length / 2));
    return this.all();
  }
}

function asks(address: string, path: string, method = 'GET'): Caller {
  return new Caller(address, `${method} ${path} HTTP/1.1\r\n${host}${ending}content-length: 0\r\n\r\n`);
}

const isWell = (status: string) => (answer: string): void =>
  assert.ok(answer.includes(`: HTTP/1.1 ${status} `), answer.slice(0, 500)); // prettier-ignore

interface Under {
  readonly reads: readonly Caller[];
  readonly rings: readonly Caller[];
  readonly uploads: readonly Upload[];
  readonly line: Caller;
}

function everything(address: string): Under {
  const times = Array.from({ length: each });
  const paths = ['/', '/api/v1/status', '/api/v1/visits?limit=5', '/metrics', '/openapi.json', '/ready'];
  return {
    reads: paths.flatMap((path) => times.map(() => asks(address, path))),
    rings: times.map(() => asks(address, '/api/v1/trigger', 'POST')),
    uploads: [new Upload(address), new Upload(address)],
    line: new Caller(
      address,
      times.map((_, n) => `GET /ready?${n} HTTP/1.1\r\n${host}${n === each - 1 ? ending : ''}\r\n`).join(''),
    ),
  };
}

async function allAnswered({ reads, rings, uploads, line }: Under): Promise<void> {
  (await Promise.all(reads.map((one) => one.all()))).forEach(isWell('200'));
  (await Promise.all(rings.map((one) => one.all()))).forEach(isWell('202'));
  for (const upload of uploads) isWell('422')(await upload.finish()); // One after the other: so many pictures are looked at at once.
  assert.equal((await line.all()).match(/HTTP\/1.1 200 /g)?.length, each);
}

test('a candidate that hangs, dies, or is told to go costs nobody an answer; uploads end well through every change of hands', async (t) => {
  const street = await Street.open(t);
  const { address } = street;
  const ways: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['hangs', async () => {
      process.kill(street.candidatePid, 'SIGSTOP');
      const under = everything(address);
      await until(async () => (await street.order<number>('under-way')) > each);
      await street.order('stop', 100);
      return under;
    }],
    ['dies', async () => {
      process.kill(street.candidatePid, 'SIGSTOP'); // It has accepted them all, and answers none.
      const under = everything(address);
      await until(async () => (await street.order<number>('under-way')) > each);
      process.kill(street.candidatePid, 'SIGKILL');
      await until(async () => (await street.order('ended')) === 'signal SIGKILL');
      return under;
    }],
    ['dies in the middle of its answers', async () => {
      const under = everything(address);
      await until(() => under.rings.some(({ heard }) => heard !== ''));
      process.kill(street.candidatePid, 'SIGKILL');
      await until(async () => (await street.order('ended')) === 'signal SIGKILL');
      return under;
    }],
    ['is told to go', async () => {
      const under = everything(address);
      await street.order('ask', { kind: 'revert', reason: 'a test' });
      return under;
    }],
  ]; // prettier-ignore
  for (const [name, goes] of ways) {
    await street.startCandidate();
    const before = new Upload(address);
    await street.handOver();
    const during = new Upload(address);
    const rung = street.count(rings);
    const under = (await goes()) as Under;
    assert.equal((await street.order<{ outcome: string }>('take-back')).outcome, 'done', name);
    await allAnswered(under);
    isWell('422')(await during.finish());
    isWell('422')(await before.finish());
    assert.equal(street.count(rings) - rung, each, `${name}: one ring for each that was asked for`);
    t.diagnostic(`${name}: all answered`);
  }
});

test('a good release is committed in the middle of an upload, a stream and a slow reader: all of them end well', async (t) => {
  const street = await Street.open(t);
  const { address } = street;
  const events = await street.listen(undefined);
  await street.startCandidate();
  const before = new Upload(address);
  await street.handOver();
  await events.ended;
  const during = new Upload(address);
  const again = await street.listen(events.lastId());
  await street.order('name-main');
  assert.deepEqual(await street.order('ask', { kind: 'commit' }), { kind: 'committed' });
  const gone = once(street.incumbent ?? assert.fail(), 'exit');
  void street.order('leave').catch(() => undefined);
  await until(async () => (await fetch(`${address}/ready`, { headers: { connection: 'close' } })).status === 200);
  isWell('422')(await before.finish());
  await again.ended;
  isWell('422')(await during.finish());
  assert.deepEqual(await gone, [0, null]);
  assert.equal((await fetch(`${address}/ready`, { headers: { connection: 'close' } })).status, 200);
});
