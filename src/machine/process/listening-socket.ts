import { createServer, Server } from 'node:net';

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
