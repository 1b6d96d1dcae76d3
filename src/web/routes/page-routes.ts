import { extname } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { sendUnlessKnown } from '../etag.ts';
import type { WebParts } from '../parts.ts';
import { unchangedShape } from '../shapes.ts';
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
const nameParams = Type.Object({ name: Type.String({ maxLength: fileNameMax }) });

const tags = ['page'];
const fileShape = Type.Unsafe<unknown>({ description: 'The file', type: 'string' });
const documentShape = Type.Unsafe<unknown>({ type: 'object', additionalProperties: true });

/** The page and what it loads. It is small and on this machine: browsers ask each time whether it changed. */
export async function pageRoutes(site: Site, { pageFile }: Pick<WebParts, 'pageFile'>): Promise<void> {
  const sendFile = (name: string, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const type = contentTypes[extname(name)];
    const bytes = type !== undefined && fileName.test(name) ? pageFile(name) : undefined;
    if (type !== undefined && bytes !== undefined) return send(request, reply.type(type), bytes);
    reply.callNotFound();
    return reply;
  };
  const file = (summary: string, produces: string[]) => ({
    summary,
    tags,
    produces,
    response: { 200: fileShape, 304: unchangedShape },
  });
  const page = file('The page', ['text/html']);
  const sign = file('The sign of the page', ['image/svg+xml']);
  const part = { ...file('What the page loads', Object.values(contentTypes).map(bareType)), params: nameParams };
  const document = { summary: 'This document', tags, response: { 200: documentShape, 304: unchangedShape } };
  site.get('/', { schema: page }, (request, reply) => sendFile('page.html', request, reply));
  site.get('/favicon.ico', { schema: sign }, (request, reply) => sendFile('icon.svg', request, reply));
  site.get('/ui/:name', { schema: part }, (request, reply) => sendFile(request.params.name, request, reply));
  // Written when somebody asks, and once: it is large, and made of schemas that no start should wait for.
  let written: Uint8Array | undefined;
  site.get('/openapi.json', { schema: document }, (request, reply) => {
    written ??= Buffer.from(JSON.stringify(site.swagger()));
    return send(request, reply.type('application/json; charset=utf-8'), written);
  });
}

function send(request: FastifyRequest, reply: FastifyReply, bytes: Uint8Array): FastifyReply {
  return sendUnlessKnown(request, reply.header('cache-control', 'no-cache'), bytes);
}

function bareType(type: string): string {
  return type.split(';', 1)[0] ?? type;
}
