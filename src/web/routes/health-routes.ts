import Type, { type TSchema } from 'typebox';
import type { WebParts } from '../parts.ts';
import type { Site } from '../site.ts';

const tags = ['health'];
const statusShape = Type.Enum(['healthy', 'degraded', 'unhealthy', 'unknown']);
const summaryShape = Type.Object({ status: statusShape, checks: Type.Record(Type.String(), statusShape) });
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
  checks: Type.Record(Type.String(), statusShape),
});

/** A watcher that is slowed down would report us dead. */
const config = { rateLimit: false } as const;

/** The same shape whether all is well or not. */
function either<Shape extends TSchema>(shape: Shape): { 200: Shape; 503: Shape } {
  return { 200: shape, 503: shape };
}

/** What watchers ask: alive and well, ready, how many of everything. The shapes are the contract's. */
export function healthRoutes(site: Site, parts: WebParts): void {
  site.get(
    '/health',
    {
      config,
      schema: {
        summary: 'Is it well? 503 when unhealthy',
        tags,
        response: { ...either(summaryShape) },
      },
    },
    (_request, reply) => {
      const summary = parts.health.summary();
      reply.code(statusCode(summary.status));
      return summary;
    },
  );

  site.get(
    '/ready',
    {
      config,
      schema: {
        summary: 'May it be given work? 503 when not',
        tags,
        response: { ...either(readyShape) },
      },
    },
    (_request, reply) => {
      const { isReady, checks } = parts.health.readiness();
      reply.code(isReady ? 200 : 503);
      return { status: isReady ? ('ready' as const) : ('not-ready' as const), checks };
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
