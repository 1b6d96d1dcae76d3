import type { StartedInference } from './onnx-inference.ts';

/** Stands in where recognition cannot be started: every call is rejected with the reason, so that the bell still rings. */
export function absentInference(message: string): StartedInference {
  const refuse = (): Promise<never> => Promise.reject(new Error(message));
  return {
    outcome: 'started',
    inference: { recogniser: 'none', detect: refuse, embed: refuse },
    pictures: { decode: refuse, encode: refuse },
    stats: () => ({ busyMs: 0, answered: 0, waiting: 0, restarts: 0, lastDeath: message }),
    restart: () => undefined,
    async stop() {
      await Promise.resolve();
    },
  };
}
