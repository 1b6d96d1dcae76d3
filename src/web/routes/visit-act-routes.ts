import Type from 'typebox';
import { wholeVisitAnswer } from '../answers.ts';
import { actorIn, enrol, enrolledShape, householdRefused, whoShape } from '../household-answer.ts';
import type { WebParts } from '../parts.ts';
import { notFound, problems } from '../problem.ts';
import { closed, idParams, idShape, nullable, wholeVisitShape } from '../shapes.ts';
import type { Site } from '../site.ts';

const tags = ['visits'];
const failures = problems(409, 422);

/** What people say about a visit afterwards. */
export function visitActRoutes(site: Site, parts: WebParts): void {
  site.post(
    '/api/v1/visits/:id/correct',
    {
      schema: {
        summary: 'Say who it was; null says that it was not the one who was named',
        tags,
        params: idParams,
        body: Type.Object({ personId: nullable(idShape) }, closed),
        response: { 200: wholeVisitShape, ...failures },
      },
    },
    async (request) => {
      const { id: visitId } = request.params;
      const { personId } = request.body;
      const verdict = personId === null ? { kind: 'was-not' as const } : { kind: 'was' as const, personId };
      const corrected = await parts.household.correctVisit({ visitId, verdict, actor: actorIn(request) });
      if (corrected.outcome === 'refused') throw householdRefused(corrected);
      const visit = parts.read.visit(visitId);
      if (visit === undefined) throw notFound('visit');
      return wholeVisitAnswer(visit, parts.read);
    },
  );

  site.post(
    '/api/v1/visits/:id/enrol',
    {
      schema: {
        summary: 'Enrol the face of a visit, as a new person or as one of the household',
        tags,
        params: idParams,
        body: whoShape,
        response: { 201: enrolledShape, ...failures },
      },
    },
    async (request, reply) => {
      const from = { kind: 'visit' as const, visitId: request.params.id };
      const answer = await enrol(parts, { who: request.body, actor: actorIn(request), from, isSomebodyElse: false });
      return reply.code(201).send(answer);
    },
  );

  site.delete(
    '/api/v1/visits/:id',
    {
      schema: {
        summary: 'Forget a visit and its pictures',
        tags,
        params: idParams,
        response: { 204: Type.Null(), ...problems(409, 422) },
      },
    },
    async (request, reply) => {
      const forgotten = await parts.household.forgetVisit({ visitId: request.params.id, actor: actorIn(request) });
      if (forgotten.outcome === 'refused') throw householdRefused(forgotten);
      return reply.code(204).send(null);
    },
  );
}
