import Type from 'typebox';
import { eventTypes, type EventType } from '../../system/event.ts';
import { updateEvent, type EventConnections } from '../event-connections.ts';
import type { WebParts } from '../parts.ts';
import { RequestRefused, tooMuch } from '../problem.ts';
import { closed } from '../shapes.ts';
import type { Site } from '../site.ts';
import { openStream } from '../stream-answer.ts';

const eventsQuery = Type.Object(
  {
    types: Type.Optional(
      Type.String({ maxLength: 1000, pattern: '^[A-Z_]+(,[A-Z_]+)*$', description: 'Only these, with commas between' }),
    ),
  },
  closed,
);
const eventsHeaders = Type.Object({
  'last-event-id': Type.Optional(Type.String({ maxLength: 20, pattern: '^\\d*$' })),
});

/** Everything that happens, as it happens; and a notification to try the channels with. */
export function eventRoutes(site: Site, parts: WebParts, connections: EventConnections): void {
  site.get(
    '/api/v1/events',
    {
      exposeHeadRoute: false,
      config: { isStream: true },
      schema: {
        summary: 'Everything that happens, as server-sent events',
        description:
          'With Last-Event-ID the events missed meanwhile come first (the last 1,000 are kept). ' +
          'UPDATE tells what the updater does: at once, and whenever it changes.',
        tags: ['events'],
        querystring: eventsQuery,
        headers: eventsHeaders,
        produces: ['text/event-stream'],
        response: {
          200: Type.Unsafe<void>({ description: 'text/event-stream, until you leave', type: 'string' }),
        },
      },
    },
    (request, reply) => {
      const types = eventTypesOf(request.query.types);
      if (connections.isFull)
        throw tooMuch('too-many-listeners', {
          message: 'cannot send events to more listeners',
          advice: 'Close the page elsewhere and try again.',
        });
      const lastId = request.headers['last-event-id'] ?? '';
      openStream(parts.metrics, { request, reply }, 'text/event-stream');
      connections.join(reply.raw, { afterId: lastId === '' ? undefined : Number(lastId), types });
      reply.raw.once('close', () => connections.leave(reply.raw));
    },
  );

  site.post(
    '/api/v1/notifications/test',
    {
      schema: {
        summary: 'Send a test notification over every channel',
        tags: ['events'],
        response: {
          202: Type.Object({ channels: Type.Array(Type.String()) }),
        },
      },
    },
    async (request, reply) => {
      const channels = await parts.sendTestNotification(request.id);
      return reply.code(202).send({ channels: [...channels] });
    },
  );
}

function eventTypesOf(text: string | undefined): ReadonlySet<EventType | typeof updateEvent> {
  const wanted = new Set(text === undefined ? [] : text.split(','));
  const known = [...eventTypes, updateEvent] as const;
  const types = new Set(known.filter((type) => wanted.has(type)));
  if (types.size === wanted.size) return types;
  throw new RequestRefused(400, 'unknown-event-type', {
    message: 'cannot listen to an event type that does not exist',
    advice: `There are ${known.join(', ')}.`,
  });
}
