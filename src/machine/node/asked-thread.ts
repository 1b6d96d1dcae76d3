import type { Worker } from 'node:worker_threads';
import { wordsOf } from '../../system/error-words.ts';
import { InferenceFault } from '../../system/inference.ts';
import type { FromThread, ToThread } from './thread-protocol.ts';

/** Calls that may wait for the thread; at 8 frames a second this is more than it could be behind. */
const waitingMax = 64;

/** A thread that answers nothing for so long while calls wait hangs: it is given up, and another one is started. */
const answerMsMax = 60_000;

/** A thread that dies before it has answered anything is not started again at once. */
const restartDelayMs = 1_000;
const restartDelayMsMax = 60_000;

const stopMessage: ToThread<never> = { call: 'stop' };

export interface AskedThreadParts {
  begin(): Worker;
  /** `the inference thread`; `recognise`, what it cannot do when it is not there; `recognition`, the work. */
  readonly words: { readonly name: string; readonly does: string; readonly work: string };
}

export type StartResult<Refusal> =
  | { readonly outcome: 'ready' }
  | Refusal
  | { readonly outcome: 'unusable'; readonly message: string };

/** What it has done since it was started first. */
export interface ThreadStats {
  readonly answered: number;
  /** Calls that are not answered yet. */
  readonly waiting: number;
  /** Times that the thread died and was started again. */
  readonly restarts: number;
  /** Why it died the last time. */
  readonly lastDeath?: string;
}

/** What an answer took: in the thread, and until it was here. */
type Toll<Spent> = { readonly busyMs: number; readonly wholeMs: number; readonly spent: Spent };

interface Waiting<Answer> {
  readonly askedMs: number;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

type ThreadState =
  | { readonly phase: 'not-begun' }
  | { readonly phase: 'running'; readonly worker: Worker; hasAnswered: boolean }
  | { readonly phase: 'resting'; readonly timer: NodeJS.Timeout }
  | { readonly phase: 'stopped' };

/** A worker that is asked and answers; begun with the first question, or before; started again whenever it dies. */
export class AskedThread<
  Question,
  Answer,
  Spent,
  Refusal extends { readonly outcome: string; readonly message: string } = never,
> {
  readonly #parts: AskedThreadParts;
  readonly #waiting = new Map<number, Waiting<Answer>>();
  readonly #onAnswer: (toll: Toll<Spent>) => void;
  #state: ThreadState = { phase: 'not-begun' };
  #nextId = 0;
  #answered = 0;
  #restarts = 0;
  #delayMs = restartDelayMs;
  #lastDeath: string | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(parts: AskedThreadParts, onAnswer: (toll: Toll<Spent>) => void) {
    this.#parts = parts;
    this.#onAnswer = onAnswer;
  }

  /** Resolves once the thread can work, or says why it cannot. */
  start(): Promise<StartResult<Refusal>> {
    const worker = this.#parts.begin();
    const state: ThreadState = { phase: 'running', worker, hasAnswered: false };
    this.#state = state;
    return new Promise((resolve) => {
      let reason = 'it ended';
      worker.on('message', (message: FromThread<Answer, Spent, Refusal>) => {
        if (message.kind === 'ready') resolve({ outcome: 'ready' });
        else if (message.kind === 'refused') {
          reason = message.refusal.message;
          resolve(message.refusal);
        } else {
          state.hasAnswered = true;
          this.#take(message);
        }
      });
      worker.on('error', (error) => {
        reason = wordsOf(error);
      });
      worker.once('exit', () => {
        resolve({ outcome: 'unusable', message: `cannot start ${this.#parts.words.work}: ${reason}` });
        if (this.#state === state) this.#mourn(reason, state.hasAnswered);
      });
    });
  }

  ask(question: Question): Promise<Answer> {
    const { words } = this.#parts;
    if (this.#state.phase === 'not-begun') void this.start();
    const state = this.#state;
    if (state.phase === 'stopped') return this.#refuse(`${words.work} was stopped`);
    if (state.phase !== 'running') return this.#refuse(`it is being started again (${this.#lastDeath ?? ''})`);
    if (this.#waiting.size >= waitingMax) return this.#refuse(`${waitingMax} calls are waiting already`);
    const id = this.#nextId++;
    const askedMs = performance.now();
    const message: ToThread<Question> = { call: 'ask', id, question };
    state.worker.postMessage(message);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { askedMs, resolve, reject });
      if (this.#waiting.size === 1) this.#awaitWord();
    });
  }

  stats(): ThreadStats {
    return {
      answered: this.#answered,
      waiting: this.#waiting.size,
      restarts: this.#restarts,
      ...(this.#lastDeath === undefined ? {} : { lastDeath: this.#lastDeath }),
    };
  }

  /**
   * Gives the thread up: calls are rejected, another thread starts. The old one ends itself after what it is doing; it is
   * never terminated, because ONNX Runtime's addon aborts the whole process when it is interrupted.
   */
  abandon(reason: string): void {
    const state = this.#state;
    if (state.phase !== 'running') return;
    this.#mourn(reason, true);
    state.worker.postMessage(stopMessage);
    state.worker.unref();
  }

  async stop(): Promise<void> {
    const state = this.#state;
    this.#state = { phase: 'stopped' };
    if (state.phase === 'resting') clearTimeout(state.timer);
    if (state.phase !== 'running') return;
    const hasEnded = new Promise((resolve) => {
      state.worker.once('exit', resolve);
    });
    state.worker.postMessage(stopMessage);
    if (state.worker.threadId !== -1) await hasEnded;
    this.#rejectAll(`${this.#parts.words.work} was stopped`);
  }

  #take({ id, busyMs, spent, answer }: Extract<FromThread<Answer, Spent, Refusal>, { kind: 'answer' }>): void {
    this.#answered += 1;
    this.#delayMs = restartDelayMs;
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#onAnswer({ busyMs, wholeMs: performance.now() - waiting.askedMs, spent });
    this.#waiting.delete(id);
    this.#awaitWord(); // It may be slow, and lives.
    if (answer.outcome === 'failed') waiting.reject(new Error(answer.message));
    else waiting.resolve(answer.value);
  }

  /** From its last word on, for as long as anybody waits. */
  #awaitWord(): void {
    clearTimeout(this.#deadline);
    if (this.#waiting.size === 0) return;
    this.#deadline = setTimeout(() => this.abandon(`it did not answer within ${answerMsMax / 1000} s`), answerMsMax);
  }

  /** The thread is dead: says so to everyone who waits, and starts the next one, later if it never worked. */
  #mourn(reason: string, mayStart: boolean): void {
    this.#lastDeath = reason;
    this.#restarts += 1;
    if (mayStart) void this.start();
    else {
      const timer = setTimeout(() => void this.start(), this.#delayMs);
      this.#delayMs = Math.min(restartDelayMsMax, this.#delayMs * 2);
      this.#state = { phase: 'resting', timer };
    }
    this.#rejectAll(`${this.#parts.words.name} died: ${reason}`);
  }

  #refuse(reason: string): Promise<never> {
    return Promise.reject(new InferenceFault(`cannot ${this.#parts.words.does}: ${reason}`));
  }

  #rejectAll(reason: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#awaitWord();
    for (const call of waiting) {
      call.reject(new InferenceFault(`cannot ${this.#parts.words.does}: ${reason}`));
    }
  }
}
