/** A client that does everything to a door but ring at it: what it causes must never be told against a release. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';

/** Between two acts of one kind: a nuisance, not a test of the machine. */
const pauseMs = 100;
const streams = 24;
const viewers = 12;
const halfSent = 40;

/** What it did, by kind, and how it was answered: kind and status, or what became of the connection. */
export type Deeds = Map<string, number>;

export class Mischief {
  readonly deeds: Deeds = new Map();
  readonly #address: URL;
  readonly #end = new AbortController();
  readonly #held = new Set<Socket>();
  readonly #done: Promise<unknown>;

  constructor(address: string) {
    this.#address = new URL(address);
    this.#done = this.#begin();
  }

  /** Nobody is answered any more. */
  async leave(): Promise<Deeds> {
    this.#end.abort();
    for (const socket of this.#held) socket.destroy();
    await this.#done;
    return this.deeds;
  }

  async #begin(): Promise<void> {
    const photo = (width: number): ReturnType<typeof sharp> =>
      sharp({ create: { width, height: width, channels: 3, background: '#777' } });
    const bomb = await photo(7000).png({ compressionLevel: 9 }).toBuffer();
    const slow = await photo(2000).jpeg({ progressive: true }).toBuffer();
    const picture =
      (path: string, body: Uint8Array, type = 'image/jpeg') =>
      (): Promise<string> =>
        this.#ask('POST', path, { body, headers: { 'content-type': type } });
    const json = (method: string, path: string, body: string) => (): Promise<string> =>
      this.#ask(method, path, { body, headers: { 'content-type': 'application/json' } });
    await Promise.all([
      ...this.#many(streams, 'stream', () => this.#hold('GET /api/v1/events HTTP/1.1', { reads: true })),
      ...this.#many(viewers, 'viewer', () => this.#hold('GET /api/v1/live.mjpeg?quality=high HTTP/1.1')),
      ...this.#many(halfSent, 'half-sent', () => this.#hold('GET / HTTP/1.1', { isHalf: true })),
      ...this.#many(2, 'slow reader', () => this.#hold('GET /openapi.json HTTP/1.1')),
      ...this.#many(3, 'bomb', picture('/api/v1/recognize', bomb, 'image/png')),
      ...this.#many(3, 'busy', picture('/api/v1/recognize', slow)),
      ...this.#many(2, 'no picture', picture('/api/v1/recognize', new Uint8Array(9))),
      ...this.#many(2, 'oversized', () => this.#cutUpload('/api/v1/recognize', 30_000_000)),
      ...this.#many(2, 'aborted', () => this.#cutUpload('/api/v1/recognize', 9_000_000)),
      ...this.#many(1, 'aborted release', () => this.#cutUpload('/api/v1/update/files/x.release', 9_000_000, 'PUT')),
      ...this.#many(4, 'mistake', () => this.#ask('GET', `/api/v1/status?mistake`)),
      ...this.#many(8, 'unknown', () => this.#ask('GET', `/${Math.random()}`)),
      ...this.#many(2, 'not JSON', json('PATCH', '/api/v1/settings', '{"__proto__":')),
      ...this.#many(2, 'not a setting', json('PATCH', '/api/v1/settings', '{"web.port":"none"}')),
      ...this.#many(1, 'ring', json('POST', '/api/v1/trigger', '{}')),
      ...this.#many(2, 'snapshot', () => this.#ask('GET', '/api/v1/snapshot.jpg')),
      ...this.#many(2, 'pipelined', () => this.#hold('GET /metrics HTTP/1.1', { times: 100 })),
      ...this.#many(2, 'not HTTP', () => this.#hold('\0\u0001\u0002 nonsense')),
    ]);
  }

  #many(times: number, kind: string, act: () => Promise<string>): readonly Promise<void>[] {
    return Array.from({ length: times }, async () => {
      while (!this.#end.signal.aborted) {
        const answer = `${kind}: ${await act().catch(() => 'cut')}`;
        this.deeds.set(answer, (this.deeds.get(answer) ?? 0) + 1);
        await sleep(pauseMs, undefined, { signal: this.#end.signal }).catch(() => undefined);
      }
    });
  }

  async #ask(
    method: string,
    path: string,
    init: { body?: Uint8Array | string; headers?: Record<string, string> } = {},
  ): Promise<string> {
    const { signal } = this.#end;
    const body =
      init.body === undefined ? {} : { body: typeof init.body === 'string' ? init.body : new Uint8Array(init.body) };
    const answer = await fetch(new URL(path, this.#address), { method, signal, headers: init.headers ?? {}, ...body });
    await answer.arrayBuffer();
    return String(answer.status);
  }

  /** Opens a connection, says something, and reads nothing or everything until the other side ends it. */
  async #hold(line: string, how: { reads?: boolean; isHalf?: boolean; times?: number } = {}): Promise<string> {
    const socket = await this.#connect();
    const request = `${line}\r\nHost: localhost\r\n`;
    socket.write(how.isHalf === true ? request : `${request}\r\n`.repeat(how.times ?? 1));
    let status = 'silence';
    socket.once('data', (bytes: Buffer) => {
      status = /^HTTP\/1.1 (\d+)/.exec(bytes.toString('latin1'))?.[1] ?? 'garbage';
      if (how.reads !== true && how.times === undefined) socket.pause();
      if (status !== '200') socket.destroy();
    });
    await once(socket, 'close');
    return status;
  }

  async #cutUpload(path: string, bytes: number, method = 'POST'): Promise<string> {
    const socket = await this.#connect();
    const head = [
      `${method} ${path} HTTP/1.1`,
      'Host: localhost',
      'Content-Type: image/jpeg',
      `Content-Length: ${bytes}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(Buffer.alloc(500_000));
    await sleep(pauseMs, undefined, { signal: this.#end.signal }).catch(() => undefined);
    socket.destroy();
    return 'left';
  }

  async #connect(): Promise<Socket> {
    const socket = connect(Number(this.#address.port), this.#address.hostname);
    this.#held.add(socket);
    socket.once('close', () => this.#held.delete(socket));
    socket.on('error', () => undefined);
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    return socket;
  }
}
