import { createServer, Server, type Socket } from 'node:net';

/**
 * The handle below a listening server, to be sent to another process. Sent as a server, Node would begin to accept in
 * the other process as soon as it arrives; the bare handle (node's `net.Native`) waits until somebody listens on it.
 */
export function handleOf(server: Server): unknown {
  return '_handle' in server ? server._handle : undefined;
}

/**
 * Accepts no more connections; those that are open go on. Never the `close` of an HTTP server: that resets idle
 * connections on which a request may be on its way (71 to 98 of 120,000 measured). The accept queue lives on as long as
 * another handle of the socket does.
 */
export function stopAccepting(server: Server): void {
  if (server.listening) Server.prototype.close.call(server);
}

/** Gives up a handle that was received and is not listened on. */
export function closeHandle(handle: unknown): void {
  if (typeof handle === 'object' && handle !== null && 'close' in handle && typeof handle.close === 'function')
    handle.close();
}

/** Accepts again, on the handle of a socket that listens. Resolves when connections are taken. */
export function acceptOn(server: Server, handle: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => reject(error);
    server.once('error', refuse);
    server.listen(handle, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

/** What this machine says when somebody listens on a port of its loopback now: the fault, or undefined. */
export function faultOfListening(port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', resolve);
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(undefined)));
  });
}

/** A door on this machine's loopback, with a port of the kernel's choice, for processes of this house. */
export interface InnerDoor {
  /** `http://127.0.0.1:40000` */
  readonly address: string;
  readonly server: Server;
}

/** Opens one, to be passed to another process. */
export async function openInnerDoor(): Promise<InnerDoor> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('cannot open a door inside this machine');
  return { address: `http://127.0.0.1:${bound.port}`, server };
}

/** Whoever comes through the door of that handle is given to `enter`, until what this resolves with is called. */
export async function enterBy(handle: unknown, enter: (socket: Socket) => void): Promise<() => void> {
  const server = createServer({ noDelay: true }, enter);
  await acceptOn(server, handle);
  return () => stopAccepting(server);
}
