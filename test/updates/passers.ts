/** People who pass a door and want everything of it: each kind of request at its own pace, and presses. Nobody gives up. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { until } from '../appliance/street.ts';
import type { Installation } from './installation.ts';

/** Between two requests of one kind. */
const pauseMs = 30;
/** Pictures are work for the nets, and presses for everything. */
const picturePauseMs = 400;
const pressPauseMs = 150;
/** An answer that takes longer is none. */
const answerMsMax = 30_000;
/** Every press has its row within this, or it is lost. */
const rowMsMax = 60_000;
const picture = join(import.meta.dirname, '..', '..', '.models', 'demo', 'stranger-red.jpg');

interface Asked {
  readonly kind: string;
  readonly sentMs: number;
  readonly answeredMs: number;
  readonly failure?: string;
}

interface Act {
  readonly kind: string;
  readonly pauseMs?: number;
  readonly ask: () => Promise<unknown>;
}

export interface PassersReport {
  readonly requests: Readonly<Record<string, { readonly asked: number; readonly failures: readonly string[] }>>;
  readonly presses: { readonly pressed: number; readonly lost: number };
  /** From the first press or request that was left unanswered to the first answer after it. */
  readonly backMs: number;
}

export class Passers {
  readonly #site: Installation;
  readonly #end = new AbortController();
  readonly #asked: Asked[] = [];
  /** Presses and when their rows were there, in order. */
  readonly #presses: { readonly pressedMs: number; rowMs: number | undefined }[] = [];
  readonly #rows: Database.Database;
  readonly #before: number;
  readonly #done: Promise<unknown>;

  constructor(site: Installation) {
    this.#site = site;
    this.#rows = new Database(join(site.home, 'doorward.db'), { readonly: true });
    this.#before = this.#countRows();
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = readFileSync(picture);
    const acts: readonly Act[] = [
      { kind: 'watcher', ask: () => this.#fetch('/ready') },
      { kind: 'page', ask: () => this.#fetch('/') },
      { kind: 'API', ask: () => this.#fetch('/api/v1/status') },
      { kind: 'kept connection', ask: () => this.#fetch('/api/v1/visits?limit=5', { agent: kept }) },
      { kind: 'act', ask: () => this.#fetch('/api/v1/settings', { method: 'PATCH', body: '{"log.level":null}' }) },
      { kind: 'slow sender', ask: () => this.#fetch('/api/v1/settings', { method: 'PATCH', body: '{"log.level":null}', isSlow: true }) },
      { kind: 'pipelined', ask: () => this.#pipeline() },
      { kind: 'stream', ask: () => this.#fetch('/api/v1/events', { isStream: true }) },
      { kind: 'upload', pauseMs: picturePauseMs, ask: () => this.#fetch('/api/v1/recognize', { method: 'POST', body, type: 'image/jpeg' }) },
    ]; // prettier-ignore
    const all = [...acts.map((act) => this.#pass(act)), this.#press(), this.#watchRows()];
    this.#done = Promise.all(all).then(() => kept.destroy()); // Not before: somebody may be waiting there.
  }

  /** Ends it, and waits for the last row. `endedMs`: when the release stopped answering (`performance.now()`). */
  async leave(endedMs: number): Promise<PassersReport> {
    this.#end.abort();
    await this.#done;
    await until(() => (this.#noteRows(), this.#presses.every(({ rowMs }) => rowMs !== undefined)), rowMsMax).catch(() => undefined);
    this.#rows.close();
    const requests: Record<string, { asked: number; failures: string[] }> = {};
    for (const { kind, failure } of this.#asked) {
      const counts = (requests[kind] ??= { asked: 0, failures: [] });
      counts.asked += 1;
      if (failure !== undefined) counts.failures.push(failure);
    }
    const lost = this.#presses.filter(({ rowMs }) => rowMs === undefined).length;
    return { requests, presses: { pressed: this.#presses.length, lost }, backMs: this.#backMs(endedMs) };
  } // prettier-ignore

  /** The longer of the two: the first request without an answer, and the first press without a row. */
  #backMs(endedMs: number): number {
    const waited = this.#asked.filter(
      ({ answeredMs, sentMs }) => answeredMs > endedMs && sentMs > endedMs - answerMsMax,
    );
    const first = Math.min(...waited.map(({ sentMs }) => Math.max(sentMs, endedMs)));
    const back = Math.min(...waited.filter(({ failure }) => failure === undefined).map(({ answeredMs }) => answeredMs));
    const press = this.#presses.find(({ rowMs = Infinity }) => rowMs > endedMs);
    const pressMs = press?.rowMs === undefined ? 0 : press.rowMs - Math.max(press.pressedMs, endedMs);
    return Math.max(back - first, pressMs);
  }

  async #pass({ kind, ask, pauseMs: restMs = pauseMs }: Act): Promise<void> {
    while (!this.#end.signal.aborted) {
      const sentMs = performance.now();
      const failure = await ask().then(
        () => undefined,
        (error: unknown) => String(error),
      );
      this.#asked.push({ kind, sentMs, answeredMs: performance.now(), ...(failure === undefined ? {} : { failure }) });
      await sleep(restMs);
    }
  }

  async #press(): Promise<void> {
    while (!this.#end.signal.aborted) {
      this.#presses.push({ pressedMs: performance.now(), rowMs: undefined });
      await this.#site.press();
      await sleep(pressPauseMs);
    }
  }

  async #watchRows(): Promise<void> {
    while (!this.#end.signal.aborted) {
      this.#noteRows();
      await sleep(10);
    }
  }

  #noteRows(): void {
    const rows = this.#countRows() - this.#before;
    for (const press of this.#presses.slice(0, rows)) press.rowMs ??= performance.now();
  }

  /** Each row has an id of its own: one press stored twice is no answer to another. */
  #countRows(): number {
    const count = "SELECT count(DISTINCT id) FROM triggers WHERE source = 'button' AND press IN ('press', 'double')";
    return Number(this.#rows.prepare(count).pluck().get());
  }

  #fetch(path: string, how: FetchHow = {}): Promise<void> {
    const { method = 'GET', agent, body, type = 'application/json', isSlow = false, isStream = false } = how;
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) };
      const asked = request(`${this.#site.address}${path}`, { method, headers, agent: agent ?? new Agent() }, (answer) => {
        const { statusCode = 0 } = answer;
        if (statusCode >= 500 && path !== '/ready') reject(new Error(`status ${statusCode}`)); // A busy machine is not ready.
        answer.on('data', () => {
          if (!isStream) return;
          resolve();
          asked.destroy();
        });
        answer.on('end', resolve);
        answer.on('error', reject);
      });
      asked.setTimeout(answerMsMax, () => asked.destroy(new Error('no answer')));
      asked.on('error', reject);
      if (isSlow && typeof body === 'string') {
        asked.write(body.slice(0, 5));
        setTimeout(() => asked.end(body.slice(5)), 200);
      } else asked.end(body);
    });
  } // prettier-ignore

  /** Three questions at once on one connection, and three answers. */
  #pipeline(): Promise<void> {
    const { hostname, port } = new URL(this.#site.address);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      let text = '';
      const line = (connection: string): string => `GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: ${connection}\r\n\r\n`;
      socket.write(line('keep-alive') + line('keep-alive') + line('close'));
      socket.setTimeout(answerMsMax, () => socket.destroy(new Error('no answer')));
      socket.on('data', (bytes) => (text += bytes.toString('latin1')));
      socket.on('error', reject);
      socket.on('close', () => {
        const answers = text.split('HTTP/1.1 ').length - 1;
        if (answers === 3 || /connection: close/i.test(text)) resolve(); // Who is told so asks the rest elsewhere.
        else reject(new Error(`${answers} of 3 answers`));
      });
    });
  } // prettier-ignore
}

interface FetchHow {
  readonly method?: string;
  readonly agent?: Agent;
  readonly body?: string | Uint8Array;
  readonly type?: string;
  readonly isSlow?: boolean;
  readonly isStream?: boolean;
}
