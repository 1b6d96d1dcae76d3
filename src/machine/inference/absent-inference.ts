import { InferenceFault } from '../../system/inference.ts';
import { PictureCoder, share } from '../picture/picture-coder.ts';
import type { StartedInference } from './onnx-inference.ts';

/**
 * Stands in where recognition cannot be started: it is refused with the reason, so that the bell still rings. Pictures
 * need no models: the camera is watched and visits keep their frames.
 */
export function absentInference(message: string): StartedInference {
  const refuse = (): Promise<never> => Promise.reject(new InferenceFault(message));
  const coder = new PictureCoder();
  return {
    outcome: 'started',
    inference: { recogniser: 'none', detect: refuse, embed: refuse },
    pictures: {
      decodeOwn: async (bytes, lend) => share(await coder.decode(bytes), lend),
      encode: (picture, options) => coder.encode(picture, options),
      signsOf: refuse,
    },
    stats: () => ({ busyMs: 0, spentMs: {}, answered: 0, waiting: 0, restarts: 0, lastDeath: message }),
    ping: () => Promise.resolve(),
    restart: () => undefined,
    async stop() {
      await Promise.resolve();
    },
  };
}
