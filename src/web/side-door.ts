import type { Duplex } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { peerHeader, peerOf, peerOfText, type Peer } from '../system/peer.ts';
import { RequestRefused } from './problem.ts';
import type { Site } from './site.ts';

/** Takes a request, and answers it in any case. */
export type RequestTaker = (request: FastifyRequest['raw'], response: FastifyReply['raw']) => void;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Done twice it does no more than once, or too much is better than too little here. As GET, PUT and DELETE are. */
    isRepeatable?: boolean;
  }
}

const uuidPattern = /^[0-9a-f-]{36}$/;
const repeatable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
/** Why a request comes again; believed only of one that comes through the side door. */
const againHeader = 'doorward-again';
/** What it is called at both ends. */
const idHeader = 'doorward-request';

/** Whether another process may have done this already, under the name that the request has here too. */
export function isAskedAgain({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers[againHeader] === 'unknown';
}

/**
 * A second way in, for requests that another process has taken from callers, or that come again because nobody answered
 * them; and the way out, for a process that hands on what its callers ask.
 */
export class SideDoor {
  readonly #site: Site;
  readonly #inside = new Set<Duplex>();
  /** Of this house's own, which are never passed on. */
  readonly #isOwn: (socket: Duplex) => boolean;
  #answering = 0;
  #taker: RequestTaker | undefined;

  constructor(site: Site, isOwn: (socket: Duplex) => boolean) {
    this.#site = site;
    this.#isOwn = isOwn;
    site.addHook('onRequest', async (request) => this.#refuseDoubtful(request));
  }

  /** When the site is ready: from now on requests go where `passTo` says. */
  open(): void {
    const { server } = this.#site;
    const [answer] = server.listeners('request') as RequestTaker[]; // oxlint-disable-line typescript/no-unsafe-type-assertion -- Fastify's own is the first
    if (answer === undefined) return;
    server.off('request', answer);
    server.prependListener('request', (request, response) => {
      const { socket } = request;
      if (this.#isOwn(socket)) return answer(request, response);
      if (this.#taker !== undefined && !this.#inside.has(socket)) return this.#taker(request, response);
      this.#answering += 1;
      response.once('close', () => (this.#answering -= 1));
      answer(request, response);
    });
  }

  /** Everything that callers ask from now on goes there; undefined: it is answered here. */
  passTo(taker: RequestTaker | undefined): void {
    this.#taker = taker;
  }

  /** A connection that comes through the side door. */
  enter(socket: Duplex): void {
    this.#inside.add(socket);
    socket.once('close', () => this.#inside.delete(socket));
    this.#site.server.emit('connection', socket);
  }

  /** Whether it came this way. */
  isInside(socket: Duplex): boolean {
    return this.#inside.has(socket);
  }

  /** The name that a request has at the process from which it comes; undefined when it comes from nobody of this house. */
  nameOf({ headers, socket }: FastifyRequest['raw']): string | undefined {
    const name = headers[idHeader];
    return typeof name === 'string' && uuidPattern.test(name) && this.#inside.has(socket) ? name : undefined;
  }

  /**
   * Who asks: of a request that another process has taken, as that says. One of an earlier release says nothing, and has
   * callers of this machine alone.
   */
  peerOf({ headers, socket }: FastifyRequest['raw']): Peer {
    if (!this.#inside.has(socket)) return { ...peerOf(socket), isHouse: this.#isOwn(socket) };
    const text = headers[peerHeader];
    return typeof text === 'string' ? peerOfText(text) : peerOf({ remoteAddress: '127.0.0.1' });
  }

  /** Connections that came this way. */
  get inside(): number {
    return this.#inside.size;
  }

  /** Requests of others that are being answered here. */
  get answering(): number {
    return this.#answering;
  }

  #refuseDoubtful({ headers, method, raw, routeOptions }: FastifyRequest): void {
    const again = headers[againHeader];
    if (again === undefined || again === 'unpassed' || !this.#inside.has(raw.socket)) return;
    if (again === 'unknown' && (repeatable.has(method) || routeOptions.config.isRepeatable === true)) return;
    throw new RequestRefused(503, 'perhaps-done', {
      message: 'cannot say whether this was done: the release that was asked went before it answered',
      advice: 'Look whether it was done, and ask again if not.',
      retryAfterS: 1,
    });
  }
}
