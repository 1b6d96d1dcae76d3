import Type from 'typebox';
import { nameKey } from '../../people/name.ts';
import { personAnswer } from '../answers.ts';
import { actorIn, householdRefused, wholePerson } from '../household-answer.ts';
import type { WebParts } from '../parts.ts';
import { notFound, problems } from '../problem.ts';
import {
  closed, idParams, idShape, jpegShape, nameShape, notifyRuleShape, personShape, standingShape, unchangedShape,
  wholePersonShape,
} from '../shapes.ts'; // prettier-ignore
import type { Site } from '../site.ts';
import { sendPicture } from '../stored-picture.ts';

const tags = ['people'];
const acted = { 200: wholePersonShape, ...problems(409, 422) };
const listQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
    offset: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
    search: Type.Optional(Type.String({ maxLength: 200, description: 'Part of the name' })),
    name: Type.Optional(
      Type.String({
        maxLength: 2000,
        description: 'The whole name; case, width and invisible characters do not matter',
      }),
    ),
  },
  closed,
);
const listAnswer = Type.Object({
  people: Type.Array(personShape),
  total: Type.Integer({ description: 'How many there are without limit and offset' }),
});
const changes = Type.Object(
  { name: Type.Optional(nameShape), standing: Type.Optional(standingShape), notify: Type.Optional(notifyRuleShape) },
  { ...closed, minProperties: 1 },
);
const certificateShape = Type.Object(
  {
    personId: Type.String(),
    removedAtMs: Type.Number(),
    people: Type.Integer(),
    faces: Type.Integer(),
    embeddings: Type.Integer(),
    visits: Type.Integer(),
    triggers: Type.Integer(),
    notifications: Type.Integer(),
    strangers: Type.Integer(),
    pictures: Type.Integer(),
    picturesLeft: Type.Integer(),
    backups: Type.Integer(),
    sha256: Type.String({ description: 'Of the certificate without this field, as JSON with sorted keys' }),
  },
  { description: 'What was removed' },
);

/** The household: who lives here and what holds for them. */
export function peopleRoutes(site: Site, parts: WebParts): void {
  listRoutes(site, parts);
  changeRoutes(site, parts);
  mergeRoutes(site, parts);
  faceRoutes(site, parts);
}

function listRoutes(site: Site, parts: WebParts): void {
  site.get(
    '/api/v1/people',
    {
      schema: {
        summary: 'The household, by name; merged people are marked',
        tags,
        querystring: listQuery,
        response: { 200: listAnswer },
      },
    },
    (request) => {
      const { limit, offset, search = '', name } = request.query;
      const [part, whole] = [nameKey(search), name === undefined ? undefined : nameKey(name)];
      const people = parts.read.people().filter((person) => {
        const key = nameKey(person.name);
        return key.includes(part) && (whole === undefined || key === whole);
      });
      const page = people.slice(offset, offset + limit);
      return {
        people: page.map((person) => personAnswer(person, parts.read.facesOf(person.id))),
        total: people.length,
      };
    },
  );

  site.get(
    '/api/v1/people/:id',
    {
      schema: {
        summary: 'One person and the faces kept of them',
        tags,
        params: idParams,
        response: { 200: wholePersonShape },
      },
    },
    (request) => {
      const person = parts.read.person(request.params.id);
      if (person === undefined) throw notFound('person');
      return wholePerson(parts, person);
    },
  );
}

function changeRoutes(site: Site, parts: WebParts): void {
  site.patch(
    '/api/v1/people/:id',
    {
      config: { isRepeatable: true },
      schema: {
        summary: 'Rename a person or change their rules',
        tags,
        params: idParams,
        body: changes,
        response: acted,
      },
    },
    async (request) => {
      const { id: personId } = request.params;
      const { name, standing, notify } = request.body;
      let person = parts.read.person(personId);
      if (person === undefined) throw notFound('person');
      if (name !== undefined) {
        const renamed = await parts.household.rename({ personId, name, actor: actorIn(request) });
        if (renamed.outcome === 'refused') throw householdRefused(renamed);
        person = renamed.person;
      }
      if (standing !== undefined || notify !== undefined) {
        const rules = { standing: standing ?? person.standing, notify: notify ?? person.notify };
        const ruled = await parts.household.setRules({ personId, ...rules, actor: actorIn(request) });
        if (ruled.outcome === 'refused') throw householdRefused(ruled);
        person = ruled.person;
      }
      return wholePerson(parts, person);
    },
  );

  site.delete(
    '/api/v1/people/:id',
    {
      schema: {
        summary: 'Forget a person: rows, vectors, pictures, visits and backups. Cannot be undone',
        tags,
        params: idParams,
        response: { 200: certificateShape, ...problems(409, 422) },
      },
    },
    async (request) => {
      const removed = await parts.household.remove({ personId: request.params.id, actor: actorIn(request) });
      if (removed.outcome === 'refused') throw householdRefused(removed);
      return removed.certificate;
    },
  );
}

function mergeRoutes(site: Site, parts: WebParts): void {
  site.post(
    '/api/v1/people/:id/merge',
    {
      schema: {
        summary: 'These two are one person; can be undone',
        tags,
        params: idParams,
        body: Type.Object({ into: idShape }, closed),
        response: acted,
      },
    },
    async (request) => {
      const { id: personId } = request.params;
      const merged = await parts.household.merge({ personId, into: request.body.into, actor: actorIn(request) });
      if (merged.outcome === 'refused') throw householdRefused(merged);
      return wholePerson(parts, merged.person);
    },
  );

  site.post(
    '/api/v1/people/:id/unmerge',
    { schema: { summary: 'They are two people after all', tags, params: idParams, response: acted } },
    async (request) => {
      const apart = await parts.household.unmerge({ personId: request.params.id, actor: actorIn(request) });
      if (apart.outcome === 'refused') throw householdRefused(apart);
      return wholePerson(parts, apart.person);
    },
  );
}

function faceRoutes(site: Site, parts: WebParts): void {
  site.delete(
    '/api/v1/people/:id/faces/:faceId',
    {
      schema: {
        summary: 'Remove one face of a person',
        tags,
        params: Type.Object({ id: idShape, faceId: idShape }, closed),
        response: { 204: Type.Null(), ...problems(409, 422) },
      },
    },
    async (request, reply) => {
      const { id, faceId } = request.params;
      if (parts.read.face(faceId)?.personId !== id) throw notFound('face');
      const removed = await parts.household.removeFace({ faceId, actor: actorIn(request) });
      if (removed.outcome === 'refused') throw householdRefused(removed);
      return reply.code(204).send(null);
    },
  );

  site.get(
    '/api/v1/faces/:id.jpg',
    {
      schema: {
        summary: 'The picture of a face',
        tags,
        params: idParams,
        produces: ['image/jpeg'],
        response: { 200: jpegShape, 304: unchangedShape },
      },
    },
    async (request, reply) => {
      const path = parts.read.face(request.params.id)?.picture;
      return sendPicture(request, reply, { shelf: parts, path });
    },
  );
}
