import type { Log } from '../system/log.ts';
import type { Ended } from './answers.ts';

type Listener = (ended: Ended) => void;

/** Tells whoever has something open for a session, a user or a token that it has ended. */
export class Endings {
  readonly #listeners = new Set<Listener>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(kind: Ended['kind'], ids: readonly string[]): void {
    for (const id of ids)
      for (const listener of this.#listeners)
        try {
          listener({ kind, id });
        } catch (error) {
          this.#log.error('a stream may not have ended', { error, kind });
        }
  }
}
