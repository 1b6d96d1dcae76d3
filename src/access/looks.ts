import type { Chronicle } from '../system/audit.ts';
import type { Log } from '../system/log.ts';
import type { Caller } from './caller.ts';

/** Pairs of who and what that are remembered: whoever looks again after so many others is written down again. */
const looksMax = 10_000;

/** Who has looked at pictures of whom, in the audit chain: once for each caller and visit, however many pictures it has. */
export class Looks {
  readonly #chronicle: Chronicle;
  readonly #log: Pick<Log, 'error'>;
  readonly #seen = new Set<string>();

  constructor(chronicle: Chronicle, log: Pick<Log, 'error'>) {
    this.#chronicle = chronicle;
    this.#log = log;
  }

  /** `resource`: `visit/<id>`, `stranger/<id>`. The answer does not wait for the disk. */
  lookedAt(caller: Caller, resource: string): void {
    const actor = actorOf(caller);
    const look = `${actor ?? ''} ${resource}`;
    if (actor === undefined || this.#seen.has(look)) return;
    this.#seen.add(look);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= looksMax) break;
      this.#seen.delete(oldest);
    }
    const act = { event_type: 'data_access', action: 'look-at-pictures', result: 'success' } as const;
    this.#chronicle.record({ ...act, actor, resource }).catch((error: unknown) => {
      this.#seen.delete(look);
      this.#log.error('a look is not in the audit chain', { error });
    });
  }
}

/** By id: names change, and are forgotten. Undefined for this house itself. */
function actorOf(caller: Caller): string | undefined {
  if (caller.kind === 'house') return undefined;
  if (caller.kind === 'user') return `user/${caller.userId}`;
  return caller.kind === 'token' ? `token/${caller.tokenId}` : caller.kind;
}
