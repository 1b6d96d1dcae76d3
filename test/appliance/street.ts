import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { findRunning } from '../../src/machine/process/instance-lock.ts';
import { somebodys } from './somebodys.ts';
import { bundleInto } from '../updates/bundle.ts';

const checkout = join(import.meta.dirname, '..', '..');

interface Told {
  readonly id: number;
  readonly type: string;
}

interface Listening {
  readonly types: readonly string[];
  readonly ids: readonly number[];
  lastId(): number;
  readonly ended: Promise<unknown>;
  close(): void;
}

/** The appliance under test in a process of its own, its button, its webhook, and the people in front of it. */
export class Street {
  readonly home = mkdtempSync(join(tmpdir(), 'doorward-stage-'));
  readonly pipe = join(this.home, 'bell');
  readonly delivered: string[] = [];
  readonly log: string[] = [];
  address = '';
  incumbent: ChildProcess | undefined;
  candidatePid = 0;
  #button = -1;
  #lastOrder = 0;
  readonly #answers = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  readonly #webhook = createServer((asked, answer) => {
    this.delivered.push(String(asked.headers['idempotency-key']));
    asked.resume();
    asked.on('end', () => answer.writeHead(204).end());
  });

  static #bundled: Promise<string> | undefined;

  /** What its candidates run from: this checkout, as a release that starts fast. */
  static #release(): Promise<string> {
    const bundle = async (): Promise<string> => {
      const folder = mkdtempSync(join(tmpdir(), 'doorward-candidate-'));
      process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
      symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'));
      copyFileSync(join(checkout, 'package.json'), join(folder, 'package.json'));
      await bundleInto(folder, []);
      return folder;
    };
    this.#bundled ??= bundle();
    return this.#bundled;
  }

  static async open(t: TestContext, flags: readonly string[] = []): Promise<Street> {
    const street = new Street();
    t.after(() => street.close());
    execFileSync('mkfifo', [street.pipe]);
    street.#webhook.listen(0, '127.0.0.1');
    await once(street.#webhook, 'listening');
    const pictures = join(street.home, 'pictures');
    mkdirSync(pictures);
    copyFileSync(join(checkout, '.models', 'demo', 'ada.jpg'), join(pictures, '1.jpg'));
    const { port } = street.#webhook.address() as AddressInfo;
    await street.#power([
      '--web.port=0', `--button.line=pipe:${street.pipe}`, '--button.debounceMs=5', `--camera.source=folder:${pictures}`,
      '--camera.framesPerSecond=10', `--notify.webhookUrl=http://127.0.0.1:${port}/`, '--notify.ratePerMinute=1000',
      ...flags,
    ]); // prettier-ignore
    street.#button = openSync(street.pipe, constants.O_WRONLY);
    return street;
  }

  async #power(flags: readonly string[]): Promise<void> {
    const child = fork(join(import.meta.dirname, 'incumbent.ts'), [this.home, ...flags], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, DOORWARD_MODELS: join(checkout, '.models') },
    });
    this.incumbent = child;
    child.on('error', () => undefined); // It is killed in the middle of a sentence.
    child.stderr?.on('error', () => undefined);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.log.push(text));
    this.address = await new Promise<string>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`the appliance ended: ${this.lastWords()}`)));
      child.on('message', (message: { ready?: string; id?: number; answer?: unknown; fault?: string }) => {
        if (message.ready !== undefined) resolve(message.ready);
        const waiting = this.#answers.get(message.id ?? -1);
        if (message.fault === undefined) waiting?.resolve(message.answer);
        else waiting?.reject(new Error(message.fault));
      });
    });
  }

  /** Has the incumbent do something. */
  order<Answer>(act: string, given?: unknown): Promise<Answer> {
    this.#lastOrder += 1;
    const id = this.#lastOrder;
    return new Promise<Answer>((resolve, reject) => {
      this.#answers.set(id, { resolve: (value) => resolve(value as Answer), reject });
      this.incumbent?.send({ id, act, given });
    });
  }

  async startCandidate(): Promise<void> {
    this.candidatePid = await this.order<number>('start', await Street.#release());
    await this.order('ask', { kind: 'hello', protocol: 1 });
  }

  /** Hands over, and returns how long either half took. */
  async handOver(): Promise<{ passMs: number; takeOverMs: number }> {
    const passed = await this.order<{ outcome: string; durationMs: number; reason?: string }>('hand-over');
    if (passed.outcome !== 'done') throw new Error(`${passed.reason}\n${this.lastWords()}`);
    const ready = await this.order<{ kind: string; durationMs: number } | undefined>('ask', { kind: 'take-over' });
    if (ready?.kind !== 'ready') throw new Error(`not ready: ${this.lastWords()}`);
    return { passMs: passed.durationMs, takeOverMs: ready.durationMs };
  }

  /** The button, pressed and let go: 25 ms each. */
  async press(): Promise<void> {
    for (const edge of [1, 0]) {
      writeSync(this.#button, `${edge}@${nodeClock.uptimeMs()}\n`); // As the kernel tells the edges of a GPIO line.
      await sleep(25);
    }
  }

  /** Presses until the signal; returns how often. */
  async pressUntil(signal: AbortSignal): Promise<number> {
    let presses = 0;
    while (!signal.aborted) {
      await this.press();
      presses += 1;
    }
    return presses;
  }

  count(sql: string): number {
    return Number(this.answer(sql));
  }

  /** The first field of the first row. */
  answer(sql: string): unknown {
    const database = new Database(join(this.home, 'doorward.db'), { readonly: true });
    try {
      return database.prepare(somebodys(sql)).pluck().get();
    } finally {
      database.close();
    }
  }

  get presses(): number {
    return this.count("SELECT count(*) FROM triggers WHERE source = 'button' AND press IN ('press', 'double')");
  }

  /** Has the candidate stand still, unless it writes right now: then nobody else could. */
  freezeCandidate(): boolean {
    process.kill(this.candidatePid, 'SIGSTOP');
    const database = new Database(join(this.home, 'doorward.db'), { timeout: 0 });
    try {
      database.exec('BEGIN IMMEDIATE; ROLLBACK');
      return true;
    } catch {
      process.kill(this.candidatePid, 'SIGCONT');
      return false;
    } finally {
      database.close();
    }
  }

  /** The audit chain, as text. */
  audited(): string {
    const folder = join(this.home, 'audit');
    const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl')).toSorted(); // prettier-ignore
    return names.map((name) => readFileSync(join(folder, name), 'utf8')).join('');
  }

  /** What it has complained about. */
  lastWords(): string {
    return this.log.join('').split('\n').filter((line) => !line.includes('"INFO"')).join('\n').slice(-4000); // prettier-ignore
  }

  /** Listens to the event stream, from after an id. */
  async listen(afterId: number | undefined): Promise<Listening> {
    const headers = afterId === undefined ? {} : { 'last-event-id': String(afterId) };
    const asked = request(`${this.address}/api/v1/events`, { headers, agent: new Agent() });
    asked.end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const events: Told[] = [];
    let rest = '';
    answer.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('data: ')) events.push(JSON.parse(line.slice(6)) as Told);
    });
    answer.on('error', () => undefined);
    return {
      get types() {
        return events.map(({ type }) => type);
      },
      get ids() {
        return events.map(({ id }) => id);
      },
      lastId: () => events.at(-1)?.id ?? 0,
      ended: new Promise((resolve) => answer.once('close', resolve)),
      close: () => asked.destroy(),
    };
  }

  /** Who says that he runs here; between two of them, nobody. */
  async running(): Promise<{ readonly pid: number; readonly address: string } | undefined> {
    return findRunning(this.home);
  }

  async close(): Promise<void> {
    if (this.#button >= 0) closeSync(this.#button);
    if (this.candidatePid > 0 && isAlive(this.candidatePid)) process.kill(this.candidatePid, 'SIGKILL');
    const child = this.incumbent;
    if (child?.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await until(() => this.candidatePid === 0 || !isAlive(this.candidatePid));
    this.#webhook.closeAllConnections();
    this.#webhook.close();
    rmSync(this.home, { recursive: true, force: true });
  }
}

export function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** Waits for what is promised; the limit only ends a test that has failed, however busy the machine is. */
export async function until(isSo: () => boolean | Promise<boolean>, whatMs = 120_000): Promise<void> {
  const deadlineMs = performance.now() + whatMs; // A machine that was asleep has not been slow.
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) throw new Error(`it never came true: ${isSo.toString()}`);
    await sleep(10);
  }
}

export function get(url: string, agent: Agent | undefined): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: agent ?? new Agent({ keepAlive: false }) }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => (body += text));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      answer.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}
