import type { Duplex } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { Site } from './site.ts';

/** Who asks: no address of any network, so that nobody else can be it. */
const ownAddress = 'this house';

/**
 * Puts a question of this house's own to its site, past the network: the incumbent of a trial compares so what it and the
 * candidate answer. The limits for callers do not hold for it, and it is counted nowhere.
 */
export async function answerOwn(site: Site, address: string): Promise<number> {
  const headers = { host: 'localhost' };
  return (await site.inject({ method: 'GET', url: address, headers, remoteAddress: ownAddress })).statusCode;
}

/** A connection of this house's own: no kernel has given it an address. */
const insideAddress = 'inside this house';

/** Takes a connection that another part of this house holds the other end of, as if somebody had called. */
export function admit(site: Site, connection: Duplex): void {
  Object.defineProperty(connection, 'remoteAddress', { value: insideAddress });
  site.server.emit('connection', connection);
}

/** Whether it is such a connection. */
export function isAdmitted(connection: Duplex): boolean {
  return 'remoteAddress' in connection && connection.remoteAddress === insideAddress;
}

/** Whether this is such a question. */
export function isOwn({ ip }: Pick<FastifyRequest, 'ip'>): boolean {
  return ip === ownAddress || ip === insideAddress;
}

/** Whether its answer must end by itself. */
export function isInjected({ ip }: Pick<FastifyRequest, 'ip'>): boolean {
  return ip === ownAddress;
}
