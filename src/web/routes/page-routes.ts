import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { Site } from '../site.ts';

const uiFolder = fileURLToPath(new URL('../../ui/', import.meta.url));

/** The page and what it loads. It is small and on this machine: browsers ask each time whether it changed. */
export async function pageRoutes(site: Site): Promise<void> {
  await site.register(fastifyStatic, {
    root: uiFolder,
    prefix: '/ui/',
    index: false,
    dotfiles: 'deny',
    cacheControl: false,
    schemaHide: true,
    setHeaders: (reply) => void reply.header('cache-control', 'no-cache'),
  });
  site.get('/', { schema: { hide: true } }, (_request, reply) => reply.sendFile('page.html'));
  site.get('/favicon.ico', { schema: { hide: true } }, (_request, reply) => reply.sendFile('icon.svg'));
  site.get('/openapi.json', { schema: { hide: true } }, () => site.swagger());
}
