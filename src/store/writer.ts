import { Worker } from 'node:worker_threads';

import { faultOf } from './fault.ts';
import { StoreFault, type StoreWrites } from './store.ts';
import type { Answer, FaultNote, FromWriter, Migrated, OpenOrder, ToWriter } from './writer-messages.ts';

/** Writes that may wait for the writer thread. */
const waitingMax = 1000;

export type WriterStart =
  | { readonly outcome: 'opened'; readonly writer: Writer; readonly migrated: Migrated | undefined }
  | { readonly outcome: 'not-opened'; readonly fault: StoreFault };

/** A writer thread that has begun, and touches nothing before it is told what to open. */
export interface WriterThread {
  readonly worker: Worker;
  /** Rejects when it fails before it has said anything. */
  readonly failed: Promise<never>;
}

export function beginWriter(): WriterThread {
  const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), {
    name: 'store-writer',
    resourceLimits: { maxYoungGenerationSizeMb: 2 }, // Rows are small: garbage need not pile up.
  });
  const failed = new Promise<never>((_resolve, reject) => worker.once('error', reject));
  failed.catch(() => undefined); // Told by whoever waits for it.
  return { worker, failed };
}

/** Has the writer thread open the database and bring its schema up to date. */
export async function startWriter({ worker, failed }: WriterThread, order: OpenOrder): Promise<WriterStart> {
  try {
    const answered = new Promise<FromWriter>((resolve) => worker.once('message', resolve));
    worker.postMessage({ say: 'open', ...order } satisfies ToWriter);
    const opened = await Promise.race([answered, failed]);
    if (opened.say === 'opened') return { outcome: 'opened', writer: new Writer(worker), migrated: opened.migrated };
    if (opened.say === 'not-opened') return { outcome: 'not-opened', fault: faultOfNote(opened.fault) };
    throw new StoreFault(`cannot open the database: the writer thread said "${opened.say}"`, 'other');
  } catch (error) {
    return { outcome: 'not-opened', fault: faultOf('start the writer thread', error) };
  }
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (fault: StoreFault) => void;
}

/** The main thread's end of the writer thread: every write is sent there, none is waited for here. */
export class Writer {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  /** Why no write is taken any more. */
  #refusal: StoreFault | undefined;
  #lastId = 0;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (message: FromWriter) => {
      if (message.say === 'written') for (const answer of message.answers) this.#settle(answer);
    });
    worker.on('error', (cause) => this.#end(new StoreFault('cannot write: the writer thread failed', 'other', cause)));
    this.#ended = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#end(new StoreFault('cannot write: the writer thread has ended', 'other'));
        resolve();
      });
    });
  }

  /** Rejects with `StoreFault`. */
  write<Name extends keyof StoreWrites>(
    name: Name,
    input: StoreWrites[Name]['input'],
  ): Promise<StoreWrites[Name]['result']> {
    return new Promise((resolve, reject) => {
      if (this.#refusal !== undefined) throw this.#refusal;
      if (this.#waiting.size >= waitingMax) {
        throw new StoreFault(`cannot write: ${waitingMax} writes are waiting for the disk already`, 'other');
      }
      this.#lastId += 1;
      try {
        this.#worker.postMessage({ say: 'write', id: this.#lastId, name, input });
      } catch (error) {
        throw faultOf(name, error); // The input holds something that cannot cross to a thread, such as a function.
      }
      this.#waiting.set(this.#lastId, { resolve, reject });
    });
  }

  /** Resolves when the thread has come to it, behind the writes that wait; rejects when it never will. */
  ping(): Promise<void> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    this.#lastId += 1;
    const id = this.#lastId;
    this.#worker.postMessage({ say: 'ping', id } satisfies ToWriter);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve: () => resolve(), reject }));
  }

  /** Resolves when every write under way is stored and the database is closed. */
  async close(): Promise<void> {
    if (this.#refusal === undefined) {
      this.#refusal = new StoreFault('cannot write: the database is closed', 'closed');
      this.#worker.postMessage({ say: 'close' } satisfies ToWriter);
    }
    await this.#ended;
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.isDone) waiting?.resolve(answer.result);
    else waiting?.reject(faultOfNote(answer.fault));
  }

  #end(fault: StoreFault): void {
    this.#refusal ??= fault;
    for (const { reject } of this.#waiting.values()) reject(this.#refusal);
    this.#waiting.clear();
  }
}

function faultOfNote({ message, kind, cause }: FaultNote): StoreFault {
  return new StoreFault(message, kind, cause);
}
