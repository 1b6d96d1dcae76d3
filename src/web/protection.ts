import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { refuseForeign } from './guard.ts';
import { isInjected, isOwn } from './own-question.ts';
import type { WebParts } from './parts.ts';
import { RequestRefused } from './problem.ts';
import type { Site } from './site.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers until the reader leaves: its length is no response time. */
    isStream?: boolean;
  }
}

/**
 * A page with 30 pictures loads 40 things; nobody at home needs more than this. For each address and each kind of
 * request: whoever reads without end leaves the commands their place.
 */
const requestsPerMinuteMax = 1200;

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

/** What holds for every request: other sites stay out, headers are strict, floods are slowed, everything is counted. */
export async function protect(site: Site, parts: WebParts): Promise<void> {
  countRequests(site, parts);
  site.addHook('onRequest', async (request, reply) => {
    if (request.raw.socket.destroyed) return reply.hijack(); // Nobody is there any more, and nobody's address can be asked.
    if (isInjected(request) && request.routeOptions.config.isStream === true) return reply.code(204).send(); // It would not end.
    reply.header('x-request-id', request.id);
    try {
      refuseForeign(request);
    } catch (error) {
      if (error instanceof RequestRefused) report(parts, error, request.id);
      throw error;
    }
    return undefined;
  });
  await site.register(helmet, {
    contentSecurityPolicy,
    strictTransportSecurity: false, // Plain HTTP on this machine: there is nothing to insist on yet.
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
  await site.register(rateLimit, {
    global: true,
    max: requestsPerMinuteMax,
    timeWindow: '1 minute',
    keyGenerator: budgetOf,
    allowList: isOwn,
  });
}

/** What a request counts towards. */
function budgetOf({ ip, method, routeOptions: { url } }: FastifyRequest): string {
  const kind =
    url?.startsWith('/api/') === true ? (method === 'GET' || method === 'HEAD' ? 'read' : 'act') : (url ?? 'unmatched');
  const address: string | undefined = ip; // Undefined once the other end of the socket has gone, whatever its type says.
  return `${kind} ${address ?? 'gone'}`;
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
