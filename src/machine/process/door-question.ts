import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import { peerOf } from '../../system/peer.ts';

/** A request as a caller of this machine sends it, over a connection of its own. */
export interface DoorRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Of an answer that does not end: what has come of it so far is enough, and the caller leaves. */
  readonly isEnough?: (bytes: Buffer) => boolean;
}

export type DoorAnswer =
  | { readonly outcome: 'answered'; readonly status: number; readonly body: Uint8Array }
  /** Refused, cut, or no HTTP. */
  | { readonly outcome: 'cut' }
  | { readonly outcome: 'late' };

/** Opens a connection to a door. */
export type OpenDoor = () => Duplex;

/** A longer answer is no answer of ours. */
const answerBytesMax = 4 * 1024 * 1024;

/** The door that callers of this machine find at the address (`http://127.0.0.1:8080`). */
export function doorAt(address: string): () => Socket {
  const { hostname, port } = new URL(address);
  return () => connect({ host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port), noDelay: true });
}

/** A door at an address, and who is at it from here. */
export interface KnownDoor {
  readonly open: OpenDoor;
  /** Whether a connection from that port is one of those. */
  readonly isFromHere: (port: number | undefined) => boolean;
  /** The same, and nobody at another address who has that port can be it. */
  readonly hasMade: (accepted: AcceptedFrom) => boolean;
}

/** The far end of an accepted connection. */
interface AcceptedFrom {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** The same, and connections through it are known by their port. */
export function knownDoorAt(address: string): KnownDoor {
  const ports = new Map<number | undefined, string>();
  const door = doorAt(address);
  return {
    open() {
      const socket = door();
      socket.once('connect', () => {
        const { localPort, localAddress } = socket;
        ports.set(localPort, peerOf({ remoteAddress: localAddress }).address);
        socket.once('close', () => ports.delete(localPort));
      });
      return socket;
    },
    isFromHere: (port) => ports.has(port),
    hasMade: (accepted) => ports.get(accepted.remotePort) === peerOf(accepted).address,
  };
}

/** A door inside this process: whoever has the other end of the connection answers. */
export function doorInside(admit: (connection: Duplex) => void): OpenDoor {
  return () => {
    const [here, there] = duplexPair();
    there.on('error', () => undefined);
    here.once('close', () => there.destroy()); // Or an answer without end goes on for ever.
    admit(there);
    return here;
  };
}

/** Asks, and waits at most this long for the whole answer, or for as much of it as is enough. */
export function askDoor(open: OpenDoor, asked: DoorRequest, timeoutMs: number): Promise<DoorAnswer> {
  const { method, path, headers, body, isEnough } = asked;
  return new Promise((resolve) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const sent = request({
      method,
      path,
      createConnection: open,
      headers: { host: '127.0.0.1', connection: 'close', ...headers, ...length },
    });
    const settle = (answer: DoorAnswer): void => {
      clearTimeout(late);
      resolve(answer);
      sent.destroy();
    };
    const late = setTimeout(() => settle({ outcome: 'late' }), timeoutMs);
    sent.on('error', () => settle({ outcome: 'cut' }));
    sent.on('response', (answer) => {
      const status = answer.statusCode ?? 0;
      let bytes = Buffer.alloc(0);
      const end = (): void => settle({ outcome: 'answered', status, body: bytes });
      answer.on('data', (part: Buffer) => {
        bytes = Buffer.concat([bytes, part]);
        if (bytes.length > answerBytesMax) settle({ outcome: 'cut' });
        else if (isEnough?.(bytes) === true) end();
      });
      answer.on('error', () => settle({ outcome: 'cut' }));
      answer.on('end', isEnough === undefined || status !== 200 ? end : (): void => settle({ outcome: 'cut' }));
    });
    sent.end(body);
  });
}
