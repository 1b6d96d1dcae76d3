/** People in front of a door: they ask over connections kept and new, and one presses the button every 50 ms. */
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { get, until } from '../appliance/street.ts';

/** Between two requests of one visitor: two processors serve candidate, incumbent and crowd. */
const pauseMs = 40;
/** Every press has its row within this, or it is lost. */
const answerMsMax = 60_000;
const visitors = [true, true, true, false, false];

/** The door that they stand before. */
export interface Door {
  readonly address: string;
  readonly pressed: number;
  /** Aborted when it is put away. */
  readonly closing: AbortController;
  pressUntil(signal: AbortSignal, pauseMs?: number): Promise<void>;
  /** Presses that have their row. */
  answered(): number | Promise<number>;
}

export interface CrowdReport {
  readonly requests: number;
  readonly failures: readonly string[];
  readonly presses: number;
  readonly lost: number;
  /** The longest that anybody waited for an answer. */
  readonly slowestMs: number;
}

export class Crowd {
  readonly #site: Door;
  readonly #end = new AbortController();
  readonly #done: Promise<unknown>;
  readonly #before: { readonly pressed: number; readonly answered: Promise<number> };
  readonly failures: string[] = [];
  requests = 0;
  slowestMs = 0;

  constructor(
    site: Door,
    { asks = true, pressPauseMs = 0 }: { readonly asks?: boolean; readonly pressPauseMs?: number } = {},
  ) {
    this.#site = site;
    site.closing.signal.addEventListener('abort', () => this.#end.abort(), { once: true });
    this.#before = { pressed: site.pressed, answered: Promise.resolve(site.answered()) };
    const press = (): Promise<void> => site.pressUntil(this.#end.signal, pressPauseMs);
    const asking = asks ? visitors.map((isKept) => this.#visit(isKept)) : [];
    this.#done = Promise.all([this.#before.answered.then(press), ...asking]);
  }

  async #visit(isKept: boolean): Promise<void> {
    const agent = new Agent({ keepAlive: isKept, maxSockets: 1 });
    while (!this.#end.signal.aborted) {
      this.requests += 1;
      const askedMs = performance.now();
      await get(`${this.#site.address}/ready`, agent).then(
        ({ status }) => void (status === 200 || this.failures.push(`status ${status}`)),
        (error: unknown) => void this.failures.push(String(error)),
      );
      this.slowestMs = Math.max(this.slowestMs, performance.now() - askedMs);
      await sleep(pauseMs);
    }
    agent.destroy();
  }

  /** Ends it, and waits until the last press has its row. */
  async leave(): Promise<CrowdReport> {
    this.#end.abort();
    await this.#done;
    const { requests, failures, slowestMs } = this;
    const presses = this.#site.pressed - this.#before.pressed;
    const answered = async (): Promise<number> => (await this.#site.answered()) - (await this.#before.answered);
    await until(async () => (await answered()) >= presses, answerMsMax).catch(() => undefined);
    return { requests, failures, presses, lost: presses - (await answered()), slowestMs };
  }
}
