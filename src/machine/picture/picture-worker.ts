import { parentPort } from 'node:worker_threads';
import { signsOfPicture } from '../../face/picture-signs.ts';
import { answerInTurn } from '../node/thread-protocol.ts';
import { free, PictureCoder } from './picture-coder.ts';
import type { PictureAnswer, PictureQuestion } from './picture-protocol.ts';

/**
 * The picture thread: pictures of our own, for people. Nets have a thread of their own: no look waits for a JPEG.
 * Never: a picture from outside.
 */
function work(): void {
  if (parentPort === null) throw new Error('cannot run: the picture worker is not a program of its own');
  const coder = new PictureCoder();
  answerInTurn<PictureQuestion, PictureAnswer, undefined>(parentPort, {
    async answer(question) {
      switch (question.call) {
        case 'encode':
          return { call: 'encode', bytes: await coder.encode(question.picture, question.options) };
        case 'decodeOwn':
          return { call: 'decodeOwn', decoded: await coder.decode(question.bytes) };
        case 'signsOf':
          return { call: 'signsOf', signs: signsOfPicture(question.faces) };
        case 'ping':
          return { call: 'ping' };
      }
    },
    spent: () => undefined,
    handedOver: (answer) =>
      answer.call === 'decodeOwn' && answer.decoded.outcome === 'decoded' ? [answer.decoded.planes.buffer] : [],
    left(answer) {
      if (answer.call === 'encode') free(answer.bytes); // sharp's memory cannot be handed over: it was copied.
    },
    close: () => Promise.resolve(),
  });
}

work();
