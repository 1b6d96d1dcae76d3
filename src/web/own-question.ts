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

/** Whether this is such a question. */
export function isOwn({ ip }: Pick<FastifyRequest, 'ip'>): boolean {
  return ip === ownAddress;
}
