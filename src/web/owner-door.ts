import type { Duplex } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { Site } from './site.ts';

/** As a connection of this machine counts: no kernel has given it an address of a network. */
const nearAddress = '127.0.0.1';

/**
 * A way in for those whom the machine itself has let in: what they ask is asked in the owner's name, wherever it is answered.
 * Made after the side door has been opened: what is asked must bear the owner's word before it is passed on.
 */
export function ownerDoor(site: Site, ownerToken: string): (connection: Duplex) => void {
  const inside = new WeakSet<object>();
  site.server.prependListener('request', ({ headers, socket }: FastifyRequest['raw']) => {
    if (inside.has(socket)) headers.authorization ??= `Bearer ${ownerToken}`;
  });
  return (connection) => {
    Object.defineProperty(connection, 'remoteAddress', { value: nearAddress });
    inside.add(connection);
    site.server.emit('connection', connection);
  };
}
