import { Socket } from 'node:net';

/** No line of ours is longer; what the other end says may be an attacker's. */
const lineBytesMax = 4096;

const newline = 0x0a;

/** Reads lines, and the bytes that a line has announced, from a pipe. */
export class Intake {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  /** A chunk is read to its end before the next one is asked for. */
  constructor(pipe: AsyncIterable<Uint8Array>) {
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

const chunkBytes = 64 * 1024;

/**
 * The bytes of this process's standard input, all in one piece of memory that each chunk writes over. Chosen: `onread` of
 * Node's sockets; rejected: `process.stdin`, whose chunks wait for the collector: 11 MB of them for a file of 15.
 * `onEnd`: the other end is gone.
 */
export async function* standardInput(onEnd: () => void): AsyncGenerator<Uint8Array, void> {
  let arrived = Promise.withResolvers<Uint8Array | undefined>();
  const pipe = new Socket({
    fd: 0,
    readable: true,
    onread: {
      buffer: new Uint8Array(chunkBytes),
      callback(bytes, buffer) {
        arrived.resolve(buffer.subarray(0, bytes));
        return false; // Until it is read.
      },
    },
  });
  const end = (): void => {
    arrived.resolve(undefined);
    onEnd();
  };
  pipe.once('end', end).once('close', end).once('error', end);
  for (let chunk = await arrived.promise; chunk !== undefined; chunk = await arrived.promise) {
    yield chunk;
    arrived = Promise.withResolvers();
    pipe.resume();
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
