import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { WebParts } from '../parts.ts';
import type { Site } from '../site.ts';

/** What a page may consist of. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A name in the one folder of the page, never a path. */
const fileName = /^[a-z][a-z-]{0,60}\.[a-z]{2,4}$/;
const fileNameMax = 65;

/** The page and what it loads. It is small and on this machine: browsers ask each time whether it changed. */
export async function pageRoutes(site: Site, { pageFile }: Pick<WebParts, 'pageFile'>): Promise<void> {
  const send = (name: string, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const type = contentTypes[extname(name)];
    const bytes = type !== undefined && fileName.test(name) ? pageFile(name) : undefined;
    if (type === undefined || bytes === undefined) {
      reply.callNotFound();
      return reply;
    }
    const tag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
    reply.headers({ 'cache-control': 'no-cache', etag: tag });
    if (request.headers['if-none-match'] === tag) return reply.code(304).send();
    return reply.type(type).send(bytes);
  };
  const schema = { hide: true };
  const named = { ...schema, params: Type.Object({ name: Type.String({ maxLength: fileNameMax }) }) };
  site.get('/', { schema }, (request, reply) => send('page.html', request, reply));
  site.get('/favicon.ico', { schema }, (request, reply) => send('icon.svg', request, reply));
  site.get('/ui/:name', { schema: named }, (request, reply) => send(request.params.name, request, reply));
  site.get('/openapi.json', { schema }, () => site.swagger());
}
