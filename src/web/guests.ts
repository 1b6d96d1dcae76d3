import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Ended } from '../access/answers.ts';
import type { Caller } from '../access/caller.ts';
import type { WebParts } from './parts.ts';
import type { Site } from './site.ts';

type Guest = Extract<Caller, { kind: 'user' | 'token' }>;

/** Who has run out in between (a session that is too old, another process that has ended it) is noticed so often. */
const lookMs = 30_000;

/**
 * The requests of users and tokens while they last. When a session, a user or a token ends, so do its streams and what it is
 * sending just now; whatever is heard and waits for a short answer gets that, the request that ended it above all.
 */
export class Guests {
  readonly #parts: Pick<WebParts, 'access' | 'clock'>;
  readonly #inside = new Map<FastifyReply, Guest>();
  readonly #known = new WeakSet();
  #looking: AbortController | undefined;

  constructor(site: Site, parts: Pick<WebParts, 'access' | 'clock'>) {
    this.#parts = parts;
    const forget = parts.access.onEnd((ended) => this.#showOut((guest) => isOf(guest, ended)));
    site.addHook('onClose', async () => {
      forget();
      this.#looking?.abort();
    });
  }

  /** Somebody has been let in. */
  note({ caller, raw }: Pick<FastifyRequest, 'caller' | 'raw'>, reply: FastifyReply): void {
    if (caller.kind === 'house') this.#known.add(raw.socket);
    if (caller.kind !== 'user' && caller.kind !== 'token') return;
    this.#known.add(raw.socket);
    this.#inside.set(reply, caller);
    reply.raw.once('close', () => this.#inside.delete(reply));
    if (this.#looking !== undefined) return;
    this.#looking = new AbortController();
    void this.#look(this.#looking.signal);
  }

  /** Whether somebody of this house has asked on this connection. */
  isKnown(connection: object): boolean {
    return this.#known.has(connection);
  }

  #showOut(isOver: (guest: Guest) => boolean): void {
    for (const [{ raw, request }, guest] of this.#inside)
      if (isOver(guest) && (raw.headersSent || !request.raw.complete)) raw.destroy();
  }

  async #look(signal: AbortSignal): Promise<void> {
    while (this.#inside.size > 0) {
      await this.#parts.clock.sleep(lookMs, signal);
      if (signal.aborted) return;
      this.#showOut((guest) => !this.#parts.access.isStill(guest));
    }
    this.#looking = undefined;
  }
}

function isOf(guest: Guest, { kind, id }: Ended): boolean {
  if (kind === 'token') return guest.kind === 'token' && guest.tokenId === id;
  return guest.kind === 'user' && id === (kind === 'user' ? guest.userId : guest.sessionId);
}
