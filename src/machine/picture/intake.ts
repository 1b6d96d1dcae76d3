import type { Readable } from 'node:stream';

/** No line of ours is longer; what the other end says may be an attacker's. */
const lineBytesMax = 4096;

const newline = 0x0a;

/** Reads lines, and the bytes that a line has announced, from a pipe. */
export class Intake {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(pipe: Readable) {
    this.#chunks = pipe[Symbol.asyncIterator]();
  }

  /** The next line as JSON; undefined when there is none, or it is none of ours. */
  async message(): Promise<unknown> {
    let line = '';
    for (;;) {
      const end = this.#rest.indexOf(newline);
      line += Buffer.from(end === -1 ? this.#rest : this.#rest.subarray(0, end)).toString('latin1');
      if (line.length > lineBytesMax) return undefined;
      if (end !== -1) {
        this.#rest = this.#rest.subarray(end + 1);
        return parsed(line);
      }
      if (!(await this.#more())) return undefined;
    }
  }

  /** Fills all of the target; false when the pipe ends before. */
  async fill(target: Uint8Array): Promise<boolean> {
    for (let filled = 0; ;) {
      const part = this.#rest.subarray(0, target.length - filled);
      target.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
      if (filled === target.length) return true;
      if (!(await this.#more())) return false;
    }
  }

  async #more(): Promise<boolean> {
    try {
      const { value, done } = await this.#chunks.next();
      if (done === true) return false;
      this.#rest = value;
      return true;
    } catch {
      return false; // The other end is gone.
    }
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** One message as a line. */
export function lineOf(message: object): string {
  const line = `${JSON.stringify(message).replace(/[^ -~]/g, '?')}\n`;
  return line.length <= lineBytesMax ? line : '{}\n';
}
