import { Worker } from 'node:worker_threads';
import { fieldOf, isHandle, type FromCandidate } from './candidate-wire.ts';

/** The candidate's end of the channel to its incumbent. */
export interface IncumbentChannel {
  /** Answers every question with what this resolves with; `undefined` is no answer. */
  answer(answerer: (question: unknown) => Promise<unknown>): void;
  /** Hears what needs no answer. */
  onNote(listener: (note: unknown) => void): void;
  heartbeat(message: unknown): void;
  /** Tells the incumbent something that needs no answer. */
  tell(message: unknown): void;
  /** The handle of a listening socket that was passed; nothing is accepted until somebody listens on it. */
  socket(name: string): unknown;
  /** An inherited descriptor. */
  line(name: string): number | undefined;
  /** This process is the incumbent now: it stays when the channel closes, and hears of it. */
  commit(onGone: () => void): void;
  /** Ends this process at once, without ceremony. */
  end(): void;
}

/**
 * The channel to the process that started this one, or undefined when there is none. Until `commit` this process ends
 * with the channel, and with the incumbent even when the main thread is blocked: a thread of its own looks after that.
 */
export function openIncumbentChannel(): IncumbentChannel | undefined {
  const incumbent = Number(process.env['INCUMBENT_PID']);
  if (process.send === undefined || !Number.isInteger(incumbent)) return undefined;
  const sockets = new Map<string, unknown>();
  const stay = tieToIncumbent(incumbent);
  const end = (): void => void process.kill(process.pid, 'SIGKILL');
  process.on('disconnect', end);
  let answerer: (question: unknown) => Promise<unknown> = () => Promise.resolve(undefined);
  let listener: (note: unknown) => void = () => {};
  const tell = (message: FromCandidate, handle?: unknown): void => {
    if (!process.connected) return;
    process.send?.(message, isHandle(handle) ? handle : undefined, {}, () => {}); // A channel that breaks tells so itself.
  };
  process.on('message', (message: unknown, handle: unknown) => {
    switch (fieldOf(message, 'say')) {
      case 'ask': {
        const id = fieldOf(message, 'id');
        const asked = answerer(fieldOf(message, 'question'));
        if (typeof id === 'number') void asked.then((given) => tell({ say: 'answer', id, message: given }));
        break;
      }
      case 'note':
        listener(fieldOf(message, 'note'));
        break;
      case 'pass': {
        const name = String(fieldOf(message, 'name'));
        sockets.set(name, handle);
        tell({ say: 'kept', name }, handle);
        break;
      }
    }
  });
  return {
    answer: (given) => (answerer = given),
    onNote: (given) => (listener = given),
    heartbeat: (message) => tell({ say: 'heartbeat', message }),
    tell: (message) => tell({ say: 'tell', message }),
    socket: (name) => sockets.get(name),
    line: lineOf,
    commit(onGone) {
      process.off('disconnect', end);
      process.once('disconnect', onGone);
      stay();
    },
    end,
  };
}

/** `button:4,light:5`, as the incumbent has put it into the environment. */
function lineOf(name: string): number | undefined {
  const found = (process.env['INCUMBENT_LINES'] ?? '').split(',').find((line) => line.startsWith(`${name}:`));
  return found === undefined ? undefined : Number(found.slice(name.length + 1));
}

/** Starts the thread that ends this process when its parent is another one. Returns the way to make it stop. */
function tieToIncumbent(incumbent: number): () => void {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./end-with-incumbent.ts', import.meta.url), {
    workerData: { incumbent, flag },
  });
  worker.unref();
  return () => {
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  };
}
