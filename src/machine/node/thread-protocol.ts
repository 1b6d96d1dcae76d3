import type { MessagePort } from 'node:worker_threads';
import { wordsOf } from '../../system/error-words.ts';

/** Main thread to another one; `stop` lets what was asked before be answered, then ends the thread. */
export type ToThread<Question> =
  | { readonly call: 'ask'; readonly id: number; readonly question: Question }
  | { readonly call: 'stop' };

/** An answer, or a fault of ours. */
export type Given<Answer> =
  | { readonly outcome: 'given'; readonly value: Answer }
  | { readonly outcome: 'failed'; readonly message: string };

/** A thread to the main one: first whether it can work at all, then answers, with what they took. */
export type FromThread<Answer, Spent, Refusal = never> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | {
      readonly kind: 'answer';
      readonly id: number;
      readonly busyMs: number;
      readonly spent: Spent;
      readonly answer: Given<Answer>;
    };

export interface Answering<Question, Answer, Spent> {
  answer(question: Question): Promise<Answer>;
  /** Where the time of the last answer went. */
  spent(): Spent;
  /** What moves to the main thread instead of being copied: it would stay here as garbage. */
  handedOver?(answer: Answer): ArrayBuffer[];
  /** An answer has left. */
  left?(answer: Answer): void;
  close(): Promise<void>;
}

/** Answers questions in order, one at a time, until it is told to stop. */
export function answerInTurn<Question extends { readonly call: string }, Answer, Spent>(
  port: MessagePort,
  work: Answering<Question, Answer, Spent>,
): void {
  let turn = Promise.resolve();
  port.on('message', (message: ToThread<Question>) => {
    turn = turn.then(async () => {
      if (message.call === 'stop') {
        await work.close();
        port.close();
        return;
      }
      const { id, question } = message;
      const startedMs = performance.now();
      const answer = await attempt(work, question);
      const busyMs = performance.now() - startedMs;
      const told: FromThread<Answer, Spent> = { kind: 'answer', id, answer, busyMs, spent: work.spent() };
      if (answer.outcome === 'failed') port.postMessage(told);
      else {
        port.postMessage(told, work.handedOver?.(answer.value) ?? []);
        work.left?.(answer.value);
      }
    });
  });
  const ready: FromThread<Answer, Spent> = { kind: 'ready' };
  port.postMessage(ready);
}

async function attempt<Question extends { readonly call: string }, Answer>(
  work: Pick<Answering<Question, Answer, unknown>, 'answer'>,
  question: Question,
): Promise<Given<Answer>> {
  try {
    return { outcome: 'given', value: await work.answer(question) };
  } catch (error) {
    return { outcome: 'failed', message: `cannot ${question.call}: ${wordsOf(error)}` };
  }
}
