import assert from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import type { Pictures } from '../../system/inference.ts';
import { AskedThread } from '../node/asked-thread.ts';
import { share } from './picture-coder.ts';
import type { PictureAnswer, PictureQuestion } from './picture-protocol.ts';

/** What was never outside. */
export type OwnPictures = Omit<Pictures, 'decode'>;

export interface PictureThread extends OwnPictures {
  /** Time in which pictures were coded. */
  readonly busyMs: number;
  /** Resolves when it has answered what it was asked before, at once when that is nothing; rejects when it does not. */
  ping(): Promise<void>;
  /** Answers what was asked, then ends the thread. */
  stop(): Promise<void>;
}

const words = { name: 'the picture thread', does: 'code a picture', work: 'coding pictures' };

/** Pictures of our own, coded in a thread that is begun with the first of them. */
export function openPictureThread(): PictureThread {
  let busyMs = 0;
  const begin = (): Worker =>
    new Worker(new URL('./picture-worker.ts', import.meta.url), {
      name: 'pictures',
      resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 96 },
    });
  const thread = new AskedThread<PictureQuestion, PictureAnswer, undefined>({ begin, words }, (toll) => {
    busyMs += toll.busyMs;
  });
  return {
    async decodeOwn(bytes, lend) {
      const answer = await thread.ask({ call: 'decodeOwn', bytes });
      assert(answer.call === 'decodeOwn');
      return share(answer.decoded, lend);
    },
    async encode(picture, options) {
      const answer = await thread.ask({ call: 'encode', picture, options });
      assert(answer.call === 'encode');
      return answer.bytes;
    },
    async signsOf(faces) {
      const answer = await thread.ask({ call: 'signsOf', faces });
      assert(answer.call === 'signsOf');
      return answer.signs;
    },
    get busyMs() {
      return busyMs;
    },
    async ping() {
      if (thread.stats().waiting > 0) await thread.ask({ call: 'ping' });
    },
    stop: () => thread.stop(),
  };
}
