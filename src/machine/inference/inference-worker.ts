import { parentPort, workerData } from 'node:worker_threads';
import { answerInTurn, type FromThread } from '../node/thread-protocol.ts';
import { openPipeline } from './inference-pipeline.ts';
import type { Answer, PackRefusal, Question, WorkerSettings } from './inference-protocol.ts';
import type { PartTimes } from './part-times.ts';

/** The inference thread: nets, and nothing else. Never: a picture from outside. */
async function work(settings: WorkerSettings): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('cannot run: the inference worker is not a program of its own');
  const opened = await openPipeline(settings);
  if (opened.outcome !== 'opened') {
    const refused: FromThread<Answer, PartTimes, PackRefusal> = { kind: 'refused', refusal: opened };
    port.postMessage(refused);
    return;
  }
  const { pipeline } = opened;
  const answer = async (question: Question): Promise<Answer> => {
    switch (question.call) {
      case 'detect':
        return { call: 'detect', faces: await pipeline.detect(question.picture, question.effort) };
      case 'embed':
        return {
          call: 'embed',
          embedding: await pipeline.embed(question.picture, question.landmarks, question.others),
        };
      case 'ping':
        return { call: 'ping' };
    }
  };
  pipeline.parts.take(); // What warming up took.
  answerInTurn<Question, Answer, PartTimes>(port, {
    answer,
    spent: () => pipeline.parts.take(),
    close: () => pipeline.close(),
  });
}

void work(workerData); // What it rejects with ends the thread with that error.
