/** Callers of every kind in front of one door. Each knows what an answer is, and what it was promised and did not get. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request, type IncomingMessage, type RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const picture = readFileSync(join(import.meta.dirname, '..', '..', '.models', 'demo', 'ada-enrolment.jpg'));
/** Longer than anybody would wait, and than a door may be unanswered. */
const answerMsMax = 15_000;
const slowParts = 20;
const slowPartMs = 150;
const pipelined = 4;
/** From this status on the answer is a fault of whoever gives it. */
const faultStatus = 500;

/** `unanswered`: the promise of every hand-over is broken. `failed`: an answer, and a bad one. */
export type Answered = 'well' | 'failed' | 'unanswered';
type Kind = 'page' | 'api' | 'write' | 'upload' | 'slow' | 'pipelined' | 'stream';
export type Tally = Record<Kind, Record<Answered, number>>;

export class Callers {
  readonly #address: URL;
  readonly #end = new AbortController();
  readonly #done: Promise<unknown>;
  readonly tally: Tally;
  /** What went wrong, for people. */
  readonly complaints: string[] = [];

  constructor(address: string, closing: AbortSignal) {
    this.#address = new URL(address);
    closing.addEventListener('abort', () => this.#end.abort(), { once: true });
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    const json = { 'content-type': 'application/json' };
    const acts: Record<Kind, { readonly pauseMs: number; readonly act: () => Promise<Answered> }> = {
      page: { pauseMs: 250, act: () => this.#ask({ path: '/' }) },
      api: { pauseMs: 150, act: () => this.#ask({ path: '/api/v1/visits?limit=3', agent: kept }) },
      write: {
        pauseMs: 400,
        act: () =>
          this.#ask({ path: '/api/v1/settings', method: 'PATCH', headers: json }, ['{"notify.attemptsMax":9}']),
      },
      upload: { pauseMs: 500, act: () => this.#ask(upload(), [picture]) },
      slow: { pauseMs: 100, act: () => this.#ask(upload(), partsOf(picture), slowPartMs) },
      pipelined: { pauseMs: 500, act: () => this.#pipeline() },
      stream: { pauseMs: 100, act: () => this.#listen() },
    };
    const kinds = Object.keys(acts) as Kind[];
    this.tally = Object.fromEntries(kinds.map((kind) => [kind, { well: 0, failed: 0, unanswered: 0 }])) as Tally;
    this.#done = Promise.all(kinds.map((kind) => this.#again(kind, acts[kind])));
  }

  async leave(): Promise<Tally> {
    this.#end.abort();
    await this.#done;
    return this.tally;
  }

  async #again(
    kind: Kind,
    { pauseMs, act }: { readonly pauseMs: number; readonly act: () => Promise<Answered> },
  ): Promise<void> {
    while (!this.#end.signal.aborted) {
      const askedMs = performance.now();
      const answered = await act().catch((error: unknown) =>
        this.#complain(`${kind}: ${String(error)} after ${Math.round(performance.now() - askedMs)} ms`),
      );
      this.tally[kind][answered] += 1;
      await sleep(pauseMs);
    }
  }

  #complain(complaint: string): 'unanswered' {
    this.complaints.push(`${new Date().toISOString()} ${complaint}`);
    return 'unanswered';
  }

  /** Asks once, with a body in parts or without one. A connection that was closed before anything was sent is not ours. */
  async #ask(options: RequestOptions, parts: readonly (string | Uint8Array)[] = [], pauseMs = 0): Promise<Answered> {
    const asked = this.#request(options);
    const answer = once(asked, 'response') as Promise<[IncomingMessage]>;
    answer.catch(() => undefined);
    for (const part of parts) {
      asked.write(part);
      if (pauseMs > 0) await sleep(pauseMs);
    }
    asked.end();
    const [response] = await answer;
    response.resume();
    await once(response, 'end');
    const { statusCode = 0 } = response;
    if (statusCode >= faultStatus) this.#complain(`${options.method ?? 'GET'} ${options.path}: status ${statusCode}`);
    return statusCode < faultStatus ? 'well' : 'failed';
  }

  #request(options: RequestOptions): ReturnType<typeof request> {
    const { hostname, port } = this.#address;
    const agent = options.agent ?? new Agent({ keepAlive: false });
    const asked = request({ ...options, hostname, port, agent, signal: AbortSignal.timeout(answerMsMax) });
    asked.on('error', () => undefined); // Told by whoever waits.
    return asked;
  }

  /** Several at once on one connection. Who is told that it ends asks the rest again elsewhere, as HTTP has it. */
  async #pipeline(): Promise<Answered> {
    const socket = connect(Number(this.#address.port), this.#address.hostname);
    const late = setTimeout(() => socket.destroy(new Error('no answer')), answerMsMax);
    let text = '';
    const answers = (): readonly string[] => text.match(/HTTP\/1\.1 \d+/g) ?? [];
    try {
      socket.setEncoding('latin1').on('data', (more: string) => {
        text += more;
        if (answers().length >= pipelined) socket.end();
      });
      socket.write('GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(pipelined));
      await once(socket, 'close');
    } finally {
      clearTimeout(late);
    }
    if (answers().some((line) => Number(line.slice(-3)) >= faultStatus)) return 'failed';
    const isTold = answers().length > 0 && /\r\nconnection: close\r\n/i.test(text);
    return answers().length >= pipelined || isTold ? 'well' : this.#complain(`pipelined: ${answers().length} answers`);
  }

  /** Listens until the other side ends it, as it does when the door changes hands; cut is lost. */
  async #listen(): Promise<Answered> {
    const { hostname, port } = this.#address;
    const asked = request({ path: '/api/v1/events', hostname, port, agent: new Agent({ keepAlive: false }) });
    asked.end();
    const stop = (): void => void asked.destroy();
    const begun = setTimeout(() => asked.destroy(new Error('no answer')), answerMsMax);
    this.#end.signal.addEventListener('abort', stop, { once: true });
    try {
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      asked.on('error', () => undefined);
      clearTimeout(begun);
      if ((response.statusCode ?? 0) >= faultStatus) return 'failed';
      response.resume();
      await once(response, 'end');
    } catch (error) {
      if (!this.#end.signal.aborted) throw error;
    } finally {
      clearTimeout(begun);
      this.#end.signal.removeEventListener('abort', stop);
    }
    return 'well';
  }
}

function upload(): RequestOptions {
  return {
    path: '/api/v1/recognize',
    method: 'POST',
    headers: { 'content-type': 'image/jpeg', 'content-length': picture.length },
  };
}

function partsOf(bytes: Uint8Array): readonly Uint8Array[] {
  const size = Math.ceil(bytes.length / slowParts);
  return Array.from({ length: slowParts }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}
