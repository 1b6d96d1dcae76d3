import swagger from '@fastify/swagger';
import type { Site } from './site.ts';

/** The OpenAPI 3.1 document, written from the routes' own schemas; served at /openapi.json. */
export async function describe(site: Site, version: string): Promise<void> {
  await site.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Doorward',
        description:
          'A doorbell that knows who is at the door. Errors are application/problem+json and say what to do. ' +
          'Times are milliseconds since 1970 (UTC) and end in Ms; distances between faces are Euclidean.',
        version,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'bell', description: 'How the doorbell is, and ringing it' },
        { name: 'visits', description: 'Who was at the door, and why we think so' },
        { name: 'people', description: 'The household and its faces' },
        { name: 'strangers', description: 'Faces seen at the door that nobody has named' },
        { name: 'camera', description: 'The live picture' },
        { name: 'events', description: 'Everything that happens, as it happens' },
        { name: 'settings', description: 'What holds and where it came from' },
        { name: 'update', description: 'New releases: where they come from, how their trials go, and the way back' },
        { name: 'health', description: 'For watchers' },
      ],
    },
  });
}
