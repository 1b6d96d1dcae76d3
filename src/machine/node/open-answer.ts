import type { OpenBody } from '../../system/network.ts';

/** An answer that nobody reads on is given up after this. */
const idleMsMax = 10 * 60_000;

/** The body of an answer, read as far as it is wanted. The server waits meanwhile. */
export class OpenAnswer implements OpenBody {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #abort: AbortController;
  readonly #partMsMax: number;
  #rest: Uint8Array = new Uint8Array();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    response: Response,
    { abort, partMsMax }: { readonly abort: AbortController; readonly partMsMax: number },
  ) {
    this.#reader = response.body?.getReader();
    this.#abort = abort;
    this.#partMsMax = partMsMax;
    this.#giveUpAfter(idleMsMax);
  }

  async read(bytes: number): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    this.#giveUpAfter(this.#partMsMax);
    try {
      for (let missing = bytes; missing > 0;) {
        const next = await this.#next();
        if (next === undefined) break;
        parts.push(next.subarray(0, missing));
        this.#rest = next.subarray(missing);
        missing -= next.subarray(0, missing).length;
      }
      return Buffer.concat(parts);
    } catch {
      return undefined; // Cut, or too slow.
    } finally {
      this.#giveUpAfter(idleMsMax);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#rest.length > 0) return this.#rest;
    return (await this.#reader?.read())?.value;
  }

  #giveUpAfter(durationMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#abort.abort(), durationMs).unref();
  }
}
