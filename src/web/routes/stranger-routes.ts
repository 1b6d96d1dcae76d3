import Type from 'typebox';
import { strangerAnswer } from '../answers.ts';
import { actorIn, householdRefused, pictureRefusal, whoShape, wholePerson } from '../household-answer.ts';
import type { WebParts } from '../parts.ts';
import { problems } from '../problem.ts';
import { closed, idParams, strangerShape, wholePersonShape } from '../shapes.ts';
import type { Site } from '../site.ts';

const tags = ['strangers'];
const listQuery = Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }) }, closed);

/** Faces seen at the door that nobody has named yet, and naming them. */
export function strangerRoutes(site: Site, parts: WebParts): void {
  site.get(
    '/api/v1/strangers',
    {
      schema: {
        summary: 'Who was here and has no name yet',
        tags,
        querystring: listQuery,
        response: { 200: Type.Object({ strangers: Type.Array(strangerShape) }) },
      },
    },
    (request) => {
      const strangers = parts.read.strangers(request.query.limit).filter(({ personId }) => personId === undefined);
      return { strangers: strangers.map(strangerAnswer) };
    },
  );

  site.post(
    '/api/v1/strangers/:id/name',
    {
      schema: {
        summary: 'Say who a stranger is; the past visits get the name',
        tags,
        params: idParams,
        body: whoShape,
        response: {
          200: Type.Object({
            person: wholePersonShape,
            isNew: Type.Boolean(),
            visits: Type.Integer({ description: 'Past visits that now bear the name' }),
            faces: Type.Integer({ description: 'Faces enrolled; with none nobody is recognised' }),
            refusals: Type.Array(Type.Object({ label: Type.String(), reason: Type.String(), message: Type.String() })),
          }),
          ...problems(409, 422),
        },
      },
    },
    async (request) => {
      const named = await parts.household.nameStranger({
        strangerId: request.params.id,
        who: request.body,
        actor: actorIn(request),
      });
      if (named.outcome === 'refused') throw householdRefused(named);
      const { isNew, visits, faces, refusals } = named;
      const person = wholePerson(parts, named.person);
      return { person, isNew, visits, faces: faces.length, refusals: refusals.map(pictureRefusal) };
    },
  );
}
