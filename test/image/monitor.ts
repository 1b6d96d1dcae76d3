/** QEMU's monitor: one question at a time, answered in text. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const lookMs = 20;
const connectMsMax = 60_000;

export class Monitor {
  readonly #path: string;
  #socket: Socket | undefined;
  #text = '';
  #waiting: ((answer: string) => void)[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  /** Until the emulator has made its socket; `alive` throws when it has ended instead. */
  async connect(alive: () => void): Promise<void> {
    const deadlineMs = performance.now() + connectMsMax;
    while (this.#socket === undefined) {
      alive();
      if (performance.now() > deadlineMs) throw new Error(`cannot reach the monitor at ${this.#path}`);
      this.#socket = await opened(this.#path);
      if (this.#socket === undefined) await sleep(lookMs);
    }
    this.#socket.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    this.#socket.on('error', () => undefined).on('close', () => this.#take('\n{"error":{"desc":"closed"}}\n'));
    await this.#ask({ execute: 'qmp_capabilities' });
  }

  /** As typed at the monitor: `savevm booted`, `info usernet`. */
  async command(line: string): Promise<string> {
    return await this.#ask({ execute: 'human-monitor-command', arguments: { 'command-line': line } });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #ask(question: object): Promise<string> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#socket?.write(`${JSON.stringify(question)}\n`);
    });
  }

  #take(text: string): void {
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines.filter((each) => each.trim() !== '')) {
      const message = JSON.parse(line) as { return?: unknown; error?: { desc: string } };
      if (message.error !== undefined) this.#waiting.shift()?.(`error: ${message.error.desc}`);
      else if ('return' in message) this.#waiting.shift()?.(String(message.return));
    }
  }
}

function opened(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket)).once('error', () => resolve(undefined));
  });
}
