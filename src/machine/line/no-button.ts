import type { PassableButton } from './pipe-button.ts';

/** The button of a machine that has none: never pressed, never lost. */
export const noButton: PassableButton = {
  description: 'no button',
  descriptor: () => undefined,
  close: () => {},
  listen: (_onEdge, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) resolve(undefined);
      else signal.addEventListener('abort', () => resolve(undefined), { once: true });
    }),
};
