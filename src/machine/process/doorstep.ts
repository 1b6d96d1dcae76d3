import { constants } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import type { KeyedCertificate } from '../../system/certificates.ts';
import { isLoopback, peerOf } from '../../system/peer.ts';

/** The first byte of a TLS connection: a record with a handshake (RFC 8446, 5.1). No HTTP request begins so. */
const handshakeByte = 0x16;
/** From the connection to the end of the handshake, or to the first byte of a request; an answer that leads elsewhere too. */
const doorstepMsMax = 10_000;
const headerBytesMax = 8192;
/** A ticket is good for as long as a page is left alone. */
const ticketS = 24 * 60 * 60;
/** As browsers send it; what is sent back to them can be nothing else. */
const hostPattern = /^(?:[a-z\d._-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** What a connection by TLS takes. */
export interface DoorstepCredentials {
  readonly keyed: KeyedCertificate;
  readonly ticketKeys: Uint8Array;
}

export interface DoorstepParts {
  /** Asked for each connection by TLS; a new one for new connections. Undefined: nobody can be spoken to so. */
  readonly credentials: () => Promise<DoorstepCredentials | undefined>;
  /** A handshake came to nothing. */
  readonly onFailure: (reason: string) => void;
}

/**
 * Where callers stand until it is seen how they speak. By TLS they are let in when the handshake is done; in the clear,
 * those of this machine are let in, and all others are told the address with https and nothing else.
 *
 * Chosen: one port for both, by the first byte; rejected: a second port for TLS; why: the socket of the service manager,
 * of a hand-over and of a revert stays one, and old bookmarks lead here. Chosen: the socket is wrapped as it is accepted;
 * rejected: a TLS server in front that passes bytes on; why: who is at the other end stays plain to see.
 */
export class Doorstep {
  readonly #parts: DoorstepParts;
  /** Answers whoever may not speak in the clear. It never listens itself. */
  readonly #signpost = createServer({ maxHeaderSize: headerBytesMax, keepAlive: false }, pointToTls);
  #context: { readonly of: DoorstepCredentials; readonly context: SecureContext } | undefined;

  constructor(parts: DoorstepParts) {
    this.#parts = parts;
  }

  /** Lets a caller in, as `enter` is given the connection on which HTTP is spoken. Who waits too long is cut. */
  greet(socket: Socket, enter: (connection: Socket) => void): void {
    const late = setTimeout(() => socket.destroy(), doorstepMsMax);
    const leave = (): void => void socket.destroy();
    socket.once('close', () => clearTimeout(late));
    socket.once('error', leave);
    socket.once('end', leave);
    socket.once('data', (bytes: Buffer) => {
      socket.pause();
      socket.unshift(bytes);
      socket.off('end', leave);
      if (bytes[0] === handshakeByte) return void this.#secure(socket, { enter, late });
      socket.off('error', leave);
      if (isLoopback(peerOf(socket).address)) {
        clearTimeout(late);
        enter(socket);
      } else this.#signpost.emit('connection', socket);
      return void socket.resume();
    });
  }

  async #secure(
    socket: Socket,
    { enter, late }: { enter: (connection: Socket) => void; late: NodeJS.Timeout },
  ): Promise<void> {
    // prettier-ignore
    const secureContext = await this.#secureContext();
    if (secureContext === undefined || socket.destroyed) return void socket.destroy();
    const secure = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] });
    let reason = 'cut';
    const note = (error: Error): void => void (reason = 'code' in error ? String(error.code) : error.message);
    const fail = (): void => this.#parts.onFailure(reason);
    secure.on('error', note);
    secure.on('_tlsError', note); // Of a handshake: `error` is not told before it is done.
    secure.once('close', fail);
    secure.once('secure', () => {
      clearTimeout(late);
      for (const [name, listener] of [['error', note], ['_tlsError', note], ['close', fail]] as const) secure.off(name, listener); // prettier-ignore
      enter(secure);
    });
  }

  async #secureContext(): Promise<SecureContext | undefined> {
    const of = await this.#parts.credentials();
    if (of === undefined) return undefined;
    if (this.#context?.of !== of) this.#context = { of, context: contextOf(of) };
    return this.#context.context;
  }
}

function contextOf({ keyed, ticketKeys }: DoorstepCredentials): SecureContext {
  return createSecureContext({
    cert: keyed.certificate,
    key: keyed.privateKey,
    minVersion: 'TLSv1.2',
    honorCipherOrder: true,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ticketKeys: Buffer.from(ticketKeys),
    sessionTimeout: ticketS,
  });
}

/** What was sent in the clear is not repeated by TLS for a program: it would not notice that everybody has read it. */
function pointToTls({ headers, method, url = '' }: IncomingMessage, response: ServerResponse): void {
  const { host = '' } = headers;
  const isReader = method === 'GET' || method === 'HEAD';
  response.setHeader('connection', 'close');
  if (isReader && hostPattern.test(host) && url.startsWith('/')) {
    response.writeHead(308, { location: `https://${host}${url}`, 'content-type': 'text/plain; charset=utf-8' });
    response.end(`This doorbell speaks TLS: https://${host}${url}\n`);
    return;
  }
  response.writeHead(403, { 'content-type': 'application/problem+json; charset=utf-8' });
  response.end(
    JSON.stringify({
      status: 403,
      code: 'tls-needed',
      message: 'cannot answer in the clear: whoever is on the way could read and change it',
      advice: 'Ask the same address with https.',
    }),
  );
}
