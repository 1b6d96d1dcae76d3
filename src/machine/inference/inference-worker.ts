import { parentPort, workerData } from 'node:worker_threads';
import { type FacePipeline, openPipeline } from './inference-pipeline.ts';
import { free, PictureCoder } from '../picture/picture-coder.ts';
import type { Answer, FromWorker, Question, ToWorker, WorkerSettings } from './inference-protocol.ts';
import { wordsOf } from '../../system/error-words.ts';

/**
 * The inference thread: nets, and pictures of our own. Faces and pictures wait in two lines; in each line calls are
 * answered in order. Never: a picture from outside.
 */
async function work(settings: WorkerSettings): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('cannot run: the inference worker is not a program of its own');
  const tell = (message: FromWorker): void => port.postMessage(message, handedOver(message));
  const opened = await openPipeline(settings);
  if (opened.outcome !== 'opened') {
    tell({ kind: 'refused', ...opened });
    return;
  }
  const answer = answerer(opened.pipeline);
  const lines = { faces: Promise.resolve(), pictures: Promise.resolve() };
  port.on('message', (message: ToWorker) => {
    if (message.call === 'stop') {
      void Promise.all([lines.faces, lines.pictures]).then(async () => {
        await opened.pipeline.close();
        port.close();
      });
      return;
    }
    const { id, question } = message;
    const line = question.call === 'decodeOwn' || question.call === 'encode' ? 'pictures' : 'faces';
    lines[line] = lines[line].then(async () => {
      const startedMs = performance.now();
      const given = await answer(question);
      tell({ kind: 'answer', id, answer: given, busyMs: performance.now() - startedMs });
      if (given.call === 'encode') free(given.bytes); // sharp's memory cannot be handed over: it was copied.
    });
  });
  tell({ kind: 'ready', recogniser: opened.pipeline.recogniser });
}

/** What moves to the main thread instead of being copied: it would stay here as garbage. */
function handedOver(message: FromWorker): ArrayBuffer[] {
  if (message.kind !== 'answer') return [];
  const { answer } = message;
  if (answer.call === 'decodeOwn' && answer.decoded.outcome === 'decoded') return [answer.decoded.planes.buffer];
  return [];
}

function answerer(pipeline: FacePipeline): (question: Question) => Promise<Answer> {
  const pictures = new PictureCoder();
  const give = async (question: Question): Promise<Answer> => {
    switch (question.call) {
      case 'detect':
        return { call: 'detect', faces: await pipeline.detect(question.picture, question.effort) };
      case 'embed':
        return { call: 'embed', embedding: await pipeline.embed(question.picture, question.landmarks) };
      case 'decodeOwn':
        return { call: 'decodeOwn', decoded: await pictures.decode(question.bytes) };
      case 'encode':
        return { call: 'encode', bytes: await pictures.encode(question.picture, question.options) };
      case 'ping':
        return { call: 'ping' };
    }
  };
  return async (question) => {
    try {
      return await give(question);
    } catch (error) {
      return { call: 'failed', message: `cannot ${question.call}: ${wordsOf(error)}` };
    }
  };
}

void work(workerData); // What it rejects with ends the thread with that error.
