import type { FastifyReply, FastifyRequest } from 'fastify';
import { isOwn } from './own-question.ts';
import type { WebParts } from './parts.ts';

/** Begins an answer that lasts until the reader leaves; what follows is written to `reply.raw`. */
export function openStream(
  metrics: Pick<WebParts['metrics'], 'httpRequest'>,
  exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  contentType: string,
): void {
  const { request, reply } = exchange;
  const endpoint = request.routeOptions.url ?? 'unmatched';
  if (!isOwn(request))
    metrics.httpRequest({ method: request.method, endpoint, status: 200, durationMs: reply.elapsedTime });
  reply.type(contentType).header('cache-control', 'no-store').hijack();
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value);
  reply.raw.writeHead(200);
}
