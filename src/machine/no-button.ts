import type { Button } from '../system/button.ts';

/** The button of a machine that has none: never pressed, never lost. */
export const noButton: Button = {
  description: 'no button',
  watch: (_onEdge, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) resolve(undefined);
      else signal.addEventListener('abort', () => resolve(undefined), { once: true });
    }),
};
