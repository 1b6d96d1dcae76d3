import assert from 'node:assert/strict';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../access/caller.ts';
import type { Permission } from '../access/permissions.ts';
import { networkOf, type Peer } from '../system/peer.ts';
import { askPermissions, demand, type Entrance } from './entrance.ts';
import { refuseForeign } from './guard.ts';
import type { Guests } from './guests.ts';
import { HostNames } from './host-names.ts';
import { isInjected, isOwn } from './own-question.ts';
import type { WebParts } from './parts.ts';
import { RequestRefused } from './problem.ts';
import type { SideDoor } from './side-door.ts';
import type { Site } from './site.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers until the reader leaves: its length is no response time. */
    isStream?: boolean;
  }
}

interface DoorParts {
  readonly sideDoor: Pick<SideDoor, 'peerOf'>;
  readonly entrance: Pick<Entrance, 'callerOf'>;
  readonly guests: Pick<Guests, 'note'>;
}

const thisHouse: Peer = { address: '', isEncrypted: false, isHouse: true };

/**
 * A page with 30 pictures loads 40 things; nobody at home needs more than this. For each address and each kind of
 * request: whoever reads without end leaves the commands their place.
 */
const requestsPerMinuteMax = 1200;

/**
 * A browser that has been here comes by TLS alone, for a year. Only where the owner has brought a certificate: one who has
 * to warn of ours would let nobody in any more.
 */
const insist = 'max-age=31536000';

/** Everything the page loads comes from here, and no script may write HTML (Trusted Types). */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    manifestSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
    requireTrustedTypesFor: ["'script'"],
  },
};

/**
 * What holds for every request: it is known who asks, other sites and those who may not stay out, headers are strict, floods
 * are slowed, everything is counted.
 */
export async function protect(site: Site, parts: WebParts, door: DoorParts): Promise<void> {
  countRequests(site, parts);
  askPermissions(site);
  const names = new HostNames(parts.ownNames);
  await site.register(helmet, {
    contentSecurityPolicy,
    strictTransportSecurity: false, // Where it may be insisted on is said below.
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
  site.decorateRequest('peer');
  site.decorateRequest('caller');
  site.addHook('onRequest', async (request, reply) => {
    if (request.raw.socket.destroyed) return reply.hijack(); // Nobody is there any more, and nobody's address can be asked.
    if (isInjected(request) && request.routeOptions.config.isStream === true) return reply.code(204).send(); // It would not end.
    reply.header('x-request-id', request.id).header('cache-control', 'no-store'); // Whoever may be kept says so.
    request.peer = isOwn(request) ? thisHouse : door.sideDoor.peerOf(request.raw);
    if (request.peer.isEncrypted && parts.certificates.isOwners) reply.header('strict-transport-security', insist);
    try {
      refuseForeign(request, names);
    } catch (error) {
      if (error instanceof RequestRefused) report(parts, error, request.id);
      throw error;
    }
    request.caller = door.entrance.callerOf(request);
    demand(request, permissionOf(request), parts.access);
    door.guests.note(request, reply);
    return undefined;
  });
  await site.register(rateLimit, {
    global: true,
    max: requestsPerMinuteMax,
    timeWindow: '1 minute',
    keyGenerator: budgetOf,
    allowList: isOwn,
  });
}

/** What there is not, anybody may be told. */
function permissionOf({ is404, routeOptions }: FastifyRequest): Permission {
  const { permission } = routeOptions.config;
  if (permission !== undefined) return permission;
  assert.ok(is404, 'a route without a rule');
  return 'look-in';
}

/** What a request counts towards: of a user or a token its own, of others that of their address. */
function budgetOf({ caller, peer, method, routeOptions: { url } }: FastifyRequest): string {
  const kind =
    url?.startsWith('/api/') === true ? (method === 'GET' || method === 'HEAD' ? 'read' : 'act') : (url ?? 'unmatched');
  return `${kind} ${payerOf(caller, peer)}`;
}

/** Whoever has a whole network of IPv6 at home has 2^64 addresses in it. */
function payerOf(caller: Caller, { address }: Peer): string {
  if (caller.kind === 'user') return `user ${caller.userId}`;
  if (caller.kind === 'token') return `token ${caller.tokenId}`;
  if (caller.kind === 'house') return 'house';
  return networkOf(address);
}

function report(parts: WebParts, error: RequestRefused, requestId: string): void {
  parts.log.warn('a foreign request was refused', { correlation_id: requestId, code: error.code });
  parts.metrics.securityEvent({ eventType: error.code, source: 'web', actionTaken: 'refused' });
}

/** Streams are counted when they start (`openStream`); everything else when it is answered. */
function countRequests(site: Site, parts: WebParts): void {
  site.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request;
    if (isOwn(request) || (routeOptions.config.isStream === true && reply.statusCode === 200)) return;
    const endpoint = routeOptions.url ?? 'unmatched';
    const { statusCode: status, elapsedTime: durationMs } = reply;
    parts.metrics.httpRequest({ method, endpoint, address: request.url, status, durationMs });
    parts.log.debug('request answered', { correlation_id: request.id, method, endpoint, status, durationMs });
  });
}
