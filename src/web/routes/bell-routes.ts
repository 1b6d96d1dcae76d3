import Type from 'typebox';
import { pressKinds } from '../../store/records.ts';
import type { LiveView } from '../live-view.ts';
import type { WebParts } from '../parts.ts';
import { RequestRefused } from '../problem.ts';
import { closed, nullable } from '../shapes.ts';
import { isAskedAgain } from '../side-door.ts';
import type { Site } from '../site.ts';

const statusShape = Type.Object({
  version: Type.String(),
  uptimeMs: Type.Number(),
  timeZone: Type.String({ description: 'Of the household: times are shown in it' }),
  health: Type.String(),
  camera: Type.Object({
    description: Type.String(),
    state: Type.Enum(['flowing', 'starting', 'stalled', 'failed']),
    framesTotal: Type.Integer(),
    restarts: Type.Integer(),
    reason: nullable(Type.String({ description: 'Why no pictures come' })),
    isPush: Type.Boolean({ description: 'Pictures are pushed to /api/v1/frames' }),
    viewers: Type.Integer({ description: 'Who watch the live picture' }),
  }),
  visitsUnderWay: Type.Integer(),
  counts: Type.Object({
    people: Type.Integer(),
    referenceFaces: Type.Integer(),
    visits: Type.Integer(),
    strangers: Type.Integer(),
    pendingNotifications: Type.Integer(),
  }),
});

const triggerBody = Type.Object(
  {
    source: Type.Optional(Type.Enum(['api', 'command'])),
    press: Type.Optional(Type.Enum([...pressKinds])),
  },
  closed,
);

const rungShape = Type.Object({
  visitId: Type.String(),
  joined: Type.Boolean({ description: 'The ring belongs to a visit that was already under way' }),
});

/** How the bell is, and ringing it. */
export function bellRoutes(site: Site, parts: WebParts, live: LiveView): void {
  const startedMs = parts.clock.uptimeMs();

  site.get(
    '/api/v1/status',
    {
      schema: { summary: 'How the doorbell is', tags: ['bell'], response: { 200: statusShape } },
    },
    () => {
      const { state, framesTotal, restarts, reason } = parts.camera.status();
      return {
        version: parts.version,
        uptimeMs: parts.clock.uptimeMs() - startedMs,
        timeZone: zoneOf(parts.settings.household),
        health: parts.health.summary().status,
        camera: {
          description: parts.cameraDescription,
          state,
          framesTotal,
          restarts,
          reason: reason ?? null,
          isPush: parts.push !== undefined,
          viewers: live.viewers,
        },
        visitsUnderWay: parts.bell.visitsUnderWay,
        counts: parts.read.counts(),
      };
    },
  );

  site.post(
    '/api/v1/trigger',
    {
      config: { isRepeatable: true }, // The row has the request's name.
      schema: {
        summary: 'Ring the bell',
        description: 'Answers as soon as the ring is safely stored; the name follows on /api/v1/events.',
        tags: ['bell'],
        body: nullable(triggerBody),
        response: { 202: rungShape },
      },
    },
    async (request, reply) => {
      const { source = 'api', press } = request.body ?? {};
      const rungBefore = isAskedAgain(request) ? parts.read.trigger(request.id)?.visitId : undefined;
      if (rungBefore !== undefined) return reply.code(202).send({ visitId: rungBefore, joined: false });
      const rung = await parts.bell.ring({ source, triggerId: request.id, ...(press === undefined ? {} : { press }) });
      if (rung.outcome === 'refused')
        throw new RequestRefused(503, 'cannot-ring', {
          message: rung.message,
          advice: 'Look at /health and try again.',
        });
      const { visitId, joined } = rung;
      parts.log.info('somebody rang through the API', { correlation_id: visitId, requestId: request.id, joined });
      return reply.code(202).send({ visitId, joined });
    },
  );
}

function zoneOf({ timeZone }: WebParts['settings']['household']): string {
  return timeZone === '' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : timeZone;
}
