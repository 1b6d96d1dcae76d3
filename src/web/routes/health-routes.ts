import type { FastifyRequest } from 'fastify';
import Type, { type TSchema } from 'typebox';
import { may } from '../entrance.ts';
import type { WebParts } from '../parts.ts';
import type { Site } from '../site.ts';

const tags = ['health'];
const statusShape = Type.Enum(['healthy', 'degraded', 'unhealthy', 'unknown']);
const checksShape = Type.Optional(
  Type.Record(Type.String(), statusShape, {
    description: 'For those who may see how the bell is; strangers learn the status',
  }),
);
const summaryShape = Type.Object({ status: statusShape, checks: checksShape });
const reportShape = Type.Object({
  overall_status: statusShape,
  timestamp: Type.String(),
  checks: Type.Record(
    Type.String(),
    Type.Object({
      check_name: Type.String(),
      status: statusShape,
      message: Type.String(),
      timestamp: Type.String(),
      details: Type.Record(Type.String(), Type.Unknown()),
    }),
  ),
  summary: Type.Object({
    total_checks: Type.Integer(),
    healthy: Type.Integer(),
    degraded: Type.Integer(),
    unhealthy: Type.Integer(),
    unknown: Type.Integer(),
  }),
});
const readyShape = Type.Object({
  status: Type.Enum(['ready', 'not-ready']),
  checks: checksShape,
});

/** A watcher that is slowed down would report us dead. */
const config = { rateLimit: false } as const;
/** But for strangers: ten a second from one home are no watcher. */
const strangersPerMinuteMax = 600;
const forStrangers = {
  rateLimit: {
    max: strangersPerMinuteMax,
    allowList: ({ caller }: Pick<FastifyRequest, 'caller'>) => caller.kind !== 'anonymous',
  },
} as const;

/** The same shape whether all is well or not. */
function either<Shape extends TSchema>(shape: Shape): { 200: Shape; 503: Shape } {
  return { 200: shape, 503: shape };
}

/** What watchers ask: alive and well, ready, how many of everything. The shapes are the contract's. */
export function healthRoutes(site: Site, parts: WebParts): void {
  site.get(
    '/health',
    {
      config: forStrangers,
      schema: {
        summary: 'Is it well? 503 when unhealthy',
        tags,
        response: { ...either(summaryShape) },
      },
    },
    (request, reply) => {
      const { status, checks } = parts.health.summary();
      reply.code(statusCode(status));
      return { status, ...(may(request, 'see-status') ? { checks } : {}) };
    },
  );

  site.get(
    '/ready',
    {
      config: forStrangers,
      schema: {
        summary: 'May it be given work? 503 when not',
        tags,
        response: { ...either(readyShape) },
      },
    },
    (request, reply) => {
      const { isReady, checks } = parts.health.readiness();
      reply.code(isReady ? 200 : 503);
      const status = isReady ? ('ready' as const) : ('not-ready' as const);
      return { status, ...(may(request, 'see-status') ? { checks } : {}) };
    },
  );

  site.get(
    '/api/v1/health',
    {
      config,
      schema: {
        summary: 'Every check with its message; 503 when unhealthy',
        tags,
        response: { ...either(reportShape) },
      },
    },
    (_request, reply) => {
      const report = parts.health.report();
      reply.code(statusCode(report.overall_status));
      return report;
    },
  );

  metricsRoute(site, parts);
}

function metricsRoute(site: Site, parts: WebParts): void {
  site.get(
    '/metrics',
    {
      config,
      schema: {
        summary: 'Figures for Prometheus (text format 0.0.4)',
        tags,
        produces: ['text/plain'],
        response: { 200: Type.String() },
      },
    },
    async (_request, reply) => {
      const { contentType, body } = await parts.metrics.text();
      return reply.type(contentType).send(body);
    },
  );
}

function statusCode(status: string): 200 | 503 {
  return status === 'unhealthy' ? 503 : 200;
}
