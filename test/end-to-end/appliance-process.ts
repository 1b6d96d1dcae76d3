// A real appliance in a process of its own, and the commands beside it: what stands on their two outputs, and how they end.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { mallocEnvironment, nodeOptions } from '../../src/machine/process/start-options.ts';

const checkout = join(import.meta.dirname, '..', '..');
const main = join(checkout, 'src', 'main.ts');
/** Started as scripts/doorward.sh does; compiled code is kept between starts, as there for commands. */
const compileCache = join(checkout, 'node_modules', '.cache', 'doorward');
const patienceMs = 30_000;
const lookAgainMs = 25;

export type Environment = Readonly<Record<string, string>>;

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** One line of the log, as the contract has it. */
export interface LogLine {
  readonly timestamp: string;
  readonly level: string;
  readonly logger: string;
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** A test, or whatever else tidies up in the end. */
export interface Until {
  after(end: () => unknown): void;
}

/** A folder that is gone when the test is over. */
export function newFolder(context: Until): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-end-to-end-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Looks again and again until there is an answer other than undefined and false; fails with `what` when there is none. */
export async function waitFor<Answer>(
  what: string,
  look: () => Answer | Promise<Answer>,
): Promise<Exclude<Answer, undefined | false>> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const answer = await look();
    if (answer !== undefined && answer !== false) return answer as Exclude<Answer, undefined | false>;
    assert.ok(performance.now() < untilMs, `waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
  }
}

/** Types a command; its end is awaited, while this process goes on serving. */
export async function type(words: readonly string[], environment: Environment = {}): Promise<Ended> {
  return new Doorward(words, { environment }).end();
}

export interface DoorwardOptions {
  readonly environment?: Environment | undefined;
  /** Runs the command through another program: `['unshare', '-rn']`. */
  readonly through?: readonly string[] | undefined;
  /** A descriptor that it inherits as its fourth. */
  readonly inherits?: number | undefined;
}

/** A process of doorward. */
export class Doorward {
  readonly ended: Promise<Ended>;
  #out = '';
  #err = '';
  readonly #child: ChildProcess;

  constructor(words: readonly string[], { environment, through = [], inherits }: DoorwardOptions = {}) {
    const [program = '', ...rest] = [...through, process.execPath, ...nodeOptions, main, ...words];
    const { PATH = '' } = process.env;
    const env = { PATH, LANG: 'C.UTF-8', NODE_COMPILE_CACHE: compileCache, ...mallocEnvironment, ...environment };
    const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe', inherits ?? 'ignore'] });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#out += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#err += text));
    this.#child = child;
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, out: this.#out, err: this.#err }));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Its end, which it has to come to by itself: one that goes on is killed, and fails the test. */
  async end(): Promise<Ended> {
    const patience = setTimeout(() => this.send('SIGKILL'), patienceMs);
    const ended = await this.ended;
    clearTimeout(patience);
    assert.notEqual(ended.code, null, `it does not end: ${ended.out}${ended.err}`);
    return ended;
  }

  /** The log so far. What is no JSON is left out: complaints are written for people. */
  log(): readonly LogLine[] {
    const whole = this.#err.slice(0, this.#err.lastIndexOf('\n') + 1).split('\n');
    return whole.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine);
  }
}

export interface StartOptions extends DoorwardOptions {
  readonly home: string;
  /** By `section.key`. */
  readonly settings?: Environment;
}

/** An appliance that takes visitors. */
export class Appliance {
  readonly home: string;
  readonly address: string;
  readonly process: Doorward;

  constructor(process: Doorward, home: string, address: string) {
    this.process = process;
    this.home = home;
    this.address = address;
  }

  type(...words: readonly string[]): Promise<Ended> {
    return type(['--home', this.home, ...words]);
  }

  async get(path: string): Promise<{ status: number; text: string }> {
    const answer = await fetch(`${this.address}${path}`);
    return { status: answer.status, text: await answer.text() };
  }

  async json<Body>(path: string): Promise<Body> {
    const answer = await fetch(`${this.address}${path}`);
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return (await answer.json()) as Body;
  }

  async post<Body>(path: string, body: unknown): Promise<Body> {
    const isPicture = body instanceof Uint8Array;
    const answer = await fetch(`${this.address}${path}`, {
      method: 'POST',
      headers: { 'content-type': isPicture ? 'image/jpeg' : 'application/json' },
      body: isPicture ? Buffer.from(body) : JSON.stringify(body),
    });
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
    return (await answer.json()) as Body;
  }

  /** A change, and what is said against it. */
  async patch(path: string, body: unknown): Promise<{ readonly message?: string }> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${this.address}${path}`, { method: 'PATCH', headers, body: JSON.stringify(body) });
    return (await answer.json()) as { readonly message?: string };
  }

  /** Ends it as the service manager does, and tells how it went. */
  async stop(): Promise<Ended> {
    this.process.send('SIGTERM');
    return this.process.end();
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    this.process.send('SIGKILL');
    await this.process.ended;
  }
}

/** Starts an appliance and waits until it says where it listens. It is ended with the test at the latest. */
export async function startAppliance(context: Until, options: StartOptions): Promise<Appliance> {
  const { home, settings = {} } = options;
  const flags = Object.entries({ 'web.port': '0', 'camera.source': 'push', ...settings }).map(
    ([key, value]) => `--${key}=${value}`,
  );
  const doorward = new Doorward(['run', '--home', home, ...flags], options);
  context.after(async () => {
    doorward.send('SIGKILL');
    await doorward.ended;
  });
  const address = await waitFor('the appliance tells its address', () => {
    assert.ok(doorward.isRunning, `the appliance has ended: ${doorward.err}`);
    return /^Doorward runs: (\S+)$/m.exec(doorward.out)?.[1];
  });
  const running = JSON.parse(readFileSync(join(home, 'running.json'), 'utf8')) as { pid: number; address: string };
  assert.equal(running.address, address);
  return new Appliance(doorward, home, address);
}
