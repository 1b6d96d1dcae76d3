import type { AuditEntry, Chronicle } from '../system/audit.ts';
import type { Clock } from '../system/clock.ts';
import type { Log } from '../system/log.ts';
import type { Caller } from './caller.ts';

/** Refusals that are written down in a minute; further ones are counted. */
const refusalsPerMinuteMax = 10;
const minuteMs = 60_000;

export interface Act {
  readonly kind: 'authentication' | 'authorization';
  /** `caller`, or whose credentials were shown. */
  readonly by: Caller | string;
  readonly action: string;
  readonly resource: string;
  readonly data?: AuditEntry['data'];
}

/** What is written down for good: every act, and refusals as far as an attacker cannot fill the disk with them. */
export class AccessStory {
  readonly #parts: { readonly chronicle: Chronicle; readonly clock: Pick<Clock, 'uptimeMs'>; readonly log: Log };
  #minuteStartMs = -Infinity;
  #refusals = 0;
  #untold = 0;

  constructor(parts: { chronicle: Chronicle; clock: Pick<Clock, 'uptimeMs'>; log: Log }) {
    this.#parts = parts;
  }

  done(act: Act): void {
    this.#record(act, 'success');
  }

  /** `untold` in the entry: refusals before it that have none of their own. */
  refused(act: Act): void {
    const nowMs = this.#parts.clock.uptimeMs();
    if (nowMs - this.#minuteStartMs >= minuteMs) {
      this.#minuteStartMs = nowMs;
      this.#refusals = 0;
    }
    this.#refusals += 1;
    if (this.#refusals > refusalsPerMinuteMax) {
      this.#untold += 1;
      return;
    }
    const untold = this.#untold;
    this.#untold = 0;
    this.#record(untold === 0 ? act : { ...act, data: { ...act.data, untold } }, 'failure');
  }

  #record({ kind, by, action, resource, data }: Act, result: AuditEntry['result']): void {
    const actor = typeof by === 'string' ? by : actorOf(by);
    const entry = { event_type: kind, actor, action, resource, result, ...(data === undefined ? {} : { data }) };
    this.#parts.chronicle
      .record(entry)
      .catch((error: unknown) => this.#parts.log.error('an act is not in the audit chain', { error, action }));
  }
}

/** Ids only: names may be forgotten. */
export function actorOf(caller: Caller): string {
  if (caller.kind === 'user') return `user/${caller.userId}`;
  return caller.kind === 'token' ? `token/${caller.tokenId}` : caller.kind;
}
