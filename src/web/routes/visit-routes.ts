import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Visit } from '../../store/records.ts';
import { visitAnswer, wholeVisitAnswer } from '../answers.ts';
import type { WebParts } from '../parts.ts';
import { notFound } from '../problem.ts';
import {
  closed,
  idParams,
  idShape,
  jpegShape,
  nullable,
  outcomeShape,
  unchangedShape,
  visitShape,
  wholeVisitShape,
} from '../shapes.ts';
import type { Site } from '../site.ts';
import { sendPicture } from '../stored-picture.ts';

const visitsPageMax = 200;
const tags = ['visits'];

const listQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: visitsPageMax, default: 30 }),
    before: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Only visits that started before this `startedMs`' }),
    ),
    id: Type.Optional(
      Type.String({ maxLength: 64, pattern: '^[A-Za-z0-9_-]+$', description: 'The id, or the beginning of it' }),
    ),
    outcome: Type.Optional(outcomeShape),
    person: Type.Optional(idShape),
    stranger: Type.Optional(idShape),
  },
  closed,
);
const frameParams = Type.Object({ id: idShape, position: Type.Integer({ minimum: 0, maximum: 999 }) }, closed);

/** Who was at the door. */
export function visitRoutes(site: Site, parts: WebParts): void {
  site.get(
    '/api/v1/visits',
    {
      schema: {
        summary: 'The visits, newest first',
        tags,
        querystring: listQuery,
        response: {
          200: Type.Object({
            visits: Type.Array(visitShape),
            before: nullable(Type.Number({ description: 'Ask with this for the next page; null on the last one' })),
          }),
        },
      },
    },
    (request) => {
      const { limit, before, id, outcome, person, stranger } = request.query;
      const visits = parts.read.visits({
        limit,
        ...(before === undefined ? {} : { beforeMs: before }),
        ...(id === undefined ? {} : { idBeginning: id }),
        ...(outcome === undefined ? {} : { outcome }),
        ...(person === undefined ? {} : { personId: person }),
        ...(stranger === undefined ? {} : { strangerId: stranger }),
      });
      const last = visits.length < limit ? undefined : visits.at(-1);
      return { visits: visits.map(visitAnswer), before: last?.startedMs ?? null };
    },
  );

  site.get(
    '/api/v1/visits/:id',
    {
      schema: {
        summary: 'One visit, with everything its decision rested on',
        tags,
        params: idParams,
        response: { 200: wholeVisitShape },
      },
    },
    (request) => wholeVisitAnswer(visitOf(parts, request.params.id), parts.read),
  );
}

/** The pictures of visits and of strangers. */
export function visitPictureRoutes(site: Site, parts: WebParts): void {
  const produces = ['image/jpeg'];
  const response = { 200: jpegShape, 304: unchangedShape };
  const ofVisit = (summary: string) => ({ schema: { summary, tags, params: idParams, produces, response } });

  site.get('/api/v1/visits/:id/picture.jpg', ofVisit('The picture of a visit'), async (request, reply) => {
    const visit = lookedAtVisit(parts, request);
    return sendPicture(request, reply, {
      shelf: parts,
      path: visit.picture ?? visit.frames[0],
    });
  });

  site.get('/api/v1/visits/:id/thumbnail.jpg', ofVisit('The small picture of a visit'), async (request, reply) => {
    const visit = lookedAtVisit(parts, request);
    return sendPicture(request, reply, { shelf: parts, path: visit.thumbnail });
  });

  site.get(
    '/api/v1/visits/:id/frames/:position.jpg',
    { schema: { summary: 'One saved frame of a visit', tags, params: frameParams, produces, response } },
    async (request, reply) => {
      const path = lookedAtVisit(parts, request).frames[request.params.position];
      return sendPicture(request, reply, { shelf: parts, path });
    },
  );

  site.get(
    '/api/v1/strangers/:id/thumbnail.jpg',
    {
      schema: { summary: 'The small picture of a stranger', tags: ['strangers'], params: idParams, produces, response },
    },
    async (request, reply) => {
      const stranger = parts.read.stranger(request.params.id);
      if (stranger === undefined) throw notFound('stranger');
      parts.looks.lookedAt(request.caller, `stranger/${stranger.id}`);
      return sendPicture(request, reply, { shelf: parts, path: stranger.thumbnail });
    },
  );
}

/** The visit whose pictures somebody looks at. */
function lookedAtVisit(
  parts: Pick<WebParts, 'read' | 'looks'>,
  { caller, params }: Pick<FastifyRequest, 'caller'> & { readonly params: { readonly id: string } },
): Visit {
  const visit = visitOf(parts, params.id);
  parts.looks.lookedAt(caller, `visit/${visit.id}`);
  return visit;
}

/** The visit of an id. Throws `RequestRefused` 404. */
function visitOf(parts: Pick<WebParts, 'read'>, id: string): Visit {
  const visit = parts.read.visit(id);
  if (visit === undefined) throw notFound('visit');
  return visit;
}
