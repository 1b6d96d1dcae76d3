import { isLoopback, networkOf, peerOf } from '../system/peer.ts';
import type { WebParts } from './parts.ts';
import type { Site } from './site.ts';

/** Connections at once. A page of a browser holds up to six, a program one. */
export const placesMax = 200;
/** A connection younger than this is still given the chance to send its request. */
const youngMs = 1000;
/** Once in this time it is said that places ran out. */
const complaintMs = 60_000;

/** The connection of a caller. */
interface Caller {
  readonly remoteAddress?: string | undefined;
  readonly bytesRead: number;
  readonly writableLength: number;
  destroy(): unknown;
}

/** What a caller asked for. */
interface Exchange {
  readonly request: { readonly complete: boolean };
  readonly response: { readonly writableFinished: boolean };
  readonly bytesReadBefore: number;
}

interface Place {
  /** When it was given, or its last answer went out, or its request began. */
  sinceMs: number;
  exchange: Exchange | undefined;
}

type PlaceParts = Pick<WebParts, 'clock' | 'log' | 'metrics'>;

/**
 * Who may be connected. When every place is taken and somebody comes, a stranger of the network goes, of that address which
 * has most of them; and only where there is none, one from this machine or one on whose connection somebody known has asked.
 * Of these the one goes who makes least of its place: first who has not asked for anything (half a header, an idle
 * connection), longest first; then who sends a body a drop at a time; then who does not take its answer. Whoever waits for
 * us is never the one.
 *
 * Chosen: one bound for all, and the crowd makes room; rejected: a bound for each address; why: behind a tunnel or a proxy
 * everybody has one address.
 */
export class ConnectionPlaces {
  readonly #parts: PlaceParts;
  readonly #places = new Map<Caller, Place>();
  readonly #isKnown: (caller: Caller) => boolean;
  #complainedMs = -Infinity;

  constructor(server: Site['server'], parts: PlaceParts, isKnown: (caller: Caller) => boolean) {
    this.#parts = parts;
    this.#isKnown = isKnown;
    server.on('connection', (socket) => {
      if (this.#places.size >= placesMax) this.#makeRoom();
      this.#places.set(socket, { sinceMs: parts.clock.uptimeMs(), exchange: undefined });
      socket.once('close', () => this.#places.delete(socket));
    });
    server.on('request', (request, response) => {
      const place = this.#places.get(request.socket);
      if (place === undefined) return;
      const exchange = { request, response, bytesReadBefore: request.socket.bytesRead };
      place.exchange = exchange;
      place.sinceMs = parts.clock.uptimeMs();
      response.once('close', () => {
        if (place.exchange !== exchange) return; // The next request came before the end of this answer.
        place.exchange = undefined;
        place.sinceMs = parts.clock.uptimeMs();
      });
    });
  }

  /** Whoever has this place speaks on another connection from now on. */
  move(from: Caller, to: Caller & { once(event: 'close', listener: () => void): unknown }): void {
    const place = this.#places.get(from);
    if (place === undefined) return;
    this.#places.delete(from);
    this.#places.set(to, place);
    to.once('close', () => this.#places.delete(to));
  }

  /** Ends the connections on which nothing is asked for. One that never carried a request is not idle to Node. */
  cutSilent(): void {
    for (const [caller, { exchange }] of this.#places) if (exchange === undefined) caller.destroy();
  }

  /** Those of whom one has to go. */
  #crowd(): readonly (readonly [Caller, Place])[] {
    const all = [...this.#places];
    const strangers = all.filter(([caller]) => !isLoopback(peerOf(caller).address) && !this.#isKnown(caller));
    const crowds = [...Map.groupBy(strangers, ([caller]) => networkOf(peerOf(caller).address)).values()];
    const [largest = all] = crowds.toSorted((one, other) => other.length - one.length);
    return largest;
  }

  #makeRoom(): void {
    const { clock, log, metrics } = this.#parts;
    const nowMs = clock.uptimeMs();
    const [worst] = this.#crowd().map(([caller, place]) => ({ caller, ...rankOf(caller, place, nowMs) })).toSorted(
      (one, other) => one.rank - other.rank || one.worth - other.worth,
    ); // prettier-ignore
    if (worst === undefined) return;
    this.#places.delete(worst.caller);
    worst.caller.destroy();
    metrics.securityEvent({ eventType: 'connection_dropped', source: 'web', actionTaken: 'dropped' });
    if (nowMs - this.#complainedMs < complaintMs) return;
    this.#complainedMs = nowMs;
    log.warn('every place for a connection is taken: those that ask for nothing are let go', { placesMax });
  }
}

/** Who goes first: the lowest rank, then the lowest worth. */
function rankOf(caller: Caller, { sinceMs, exchange }: Place, nowMs: number): { rank: number; worth: number } {
  const isYoung = nowMs - sinceMs < youngMs;
  if (exchange === undefined) return { rank: isYoung ? 3 : 0, worth: sinceMs };
  if (!exchange.request.complete) return { rank: isYoung ? 4 : 1, worth: caller.bytesRead - exchange.bytesReadBefore };
  if (caller.writableLength > 0) return { rank: isYoung ? 5 : 2, worth: sinceMs };
  return { rank: 6, worth: -sinceMs };
}

/** How many are connected. */
export function connectionsOf(site: Site): Promise<number> {
  return new Promise((resolve) => {
    site.server.getConnections((error, count) => resolve(error === null ? count : 0));
  });
}
