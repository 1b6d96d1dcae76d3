import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Ended } from '../access/answers.ts';
import type { Caller } from '../access/caller.ts';
import type { WebParts } from './parts.ts';
import { tooMuch } from './problem.ts';
import type { Site } from './site.ts';

type Guest = Extract<Caller, { kind: 'user' | 'token' }>;

/** Of each kind, for one user or token: two fewer than the live picture has viewers. */
const streamsMax = 6;
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

  /** Somebody is let in. Throws `RequestRefused` for a stream too many. */
  note({ caller, raw, routeOptions: { config, url } }: FastifyRequest, reply: FastifyReply): void {
    if (caller.kind === 'house') this.#known.add(raw.socket);
    if (caller.kind !== 'user' && caller.kind !== 'token') return;
    if (config.isStream === true && this.#streamsOf(caller, url) >= streamsMax)
      throw tooMuch('too-many-streams', {
        message: 'cannot send you so many streams at once',
        advice: 'Close the page elsewhere and try again.',
      });
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

  #streamsOf(caller: Guest, url: string | undefined): number {
    const own = [...this.#inside].filter(([, guest]) => idOf(guest) === idOf(caller));
    return own.filter(([{ request }]) => request.routeOptions.url === url).length;
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

function idOf(guest: Guest): string {
  return guest.kind === 'user' ? guest.userId : guest.tokenId;
}

function isOf(guest: Guest, { kind, id }: Ended): boolean {
  if (kind === 'token') return guest.kind === 'token' && guest.tokenId === id;
  return guest.kind === 'user' && id === (kind === 'user' ? guest.userId : guest.sessionId);
}
