import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { FastifyRequest } from 'fastify';
import type { Who } from '../../people/acts.ts';
import { actorIn, enrol, enrolledShape } from '../household-answer.ts';
import type { WebParts } from '../parts.ts';
import { RequestRefused, problems } from '../problem.ts';
import { closed, idParams, nameShape } from '../shapes.ts';
import type { Site } from '../site.ts';
import { giveBack } from '../upload-room.ts';
import { pictureBody, readUpload, uploadBytesMax } from '../upload.ts';

const tags = ['people'];
const isSomebodyElse = Type.Optional(
  Type.Boolean({ description: 'Yes, they look alike, and are two people: enrol without the check for likeness' }),
);
const fromCamera = Type.Literal(true, { description: 'Take whoever stands at the camera now' });
const newPersonBody = Type.Object({ name: nameShape, fromCamera, isSomebodyElse }, closed);
const newFaceBody = Type.Object({ fromCamera, isSomebodyElse }, closed);

/** Enrolment by a picture sent as a form, or from the live camera. */
export function enrolRoutes(site: Site, parts: WebParts): void {
  const response = { 201: enrolledShape, ...problems(404, 409, 422) };

  site.post(
    '/api/v1/people',
    {
      bodyLimit: uploadBytesMax,
      schema: {
        summary: 'Enrol a new person by a picture or from the camera',
        tags,
        body: {
          content: { 'application/json': { schema: newPersonBody }, ...pictureBody(['name', 'isSomebodyElse']) },
        },
        response,
      },
    },
    async (request, reply) => {
      const answer = await enrol(parts, { ...(await newPersonWish(request)), actor: actorIn(request) });
      return reply.code(201).header('location', `/api/v1/people/${answer.person.id}`).send(answer);
    },
  );

  site.post(
    '/api/v1/people/:id/faces',
    {
      bodyLimit: uploadBytesMax,
      schema: {
        summary: 'Enrol one more face of a person by a picture or from the camera',
        tags,
        params: idParams,
        body: { content: { 'application/json': { schema: newFaceBody }, ...pictureBody(['isSomebodyElse']) } },
        response,
      },
    },
    async (request, reply) => {
      const who = { personId: request.params.id };
      return reply
        .code(201)
        .send(await enrol(parts, { ...(await newFaceWish(request, who)), actor: actorIn(request) }));
    },
  );
}

type Wish = Omit<Parameters<typeof enrol>[1], 'actor'>;

async function newPersonWish(request: FastifyRequest): Promise<Wish> {
  if (Value.Check(newPersonBody, request.body)) {
    const body: Static<typeof newPersonBody> = request.body;
    return { who: { name: body.name }, isSomebodyElse: body.isSomebodyElse ?? false, from: 'camera' };
  }
  const { picture, fields } = await readUpload(request, ['name', 'isSomebodyElse']);
  if (!Value.Check(nameShape, fields['name']))
    throw new RequestRefused(400, 'invalid-name', {
      message: 'cannot enrol somebody without a name of 1 to 2000 characters',
      advice: 'Send it as the form field "name".',
    });
  return fileWish({ name: fields['name'] }, picture, fields['isSomebodyElse']);
}

async function newFaceWish(request: FastifyRequest, who: Who): Promise<Wish> {
  if (Value.Check(newFaceBody, request.body))
    return { who, isSomebodyElse: request.body.isSomebodyElse ?? false, from: 'camera' };
  const { picture, fields } = await readUpload(request, ['isSomebodyElse']);
  return fileWish(who, picture, fields['isSomebodyElse']);
}

function fileWish(who: Who, bytes: Uint8Array, somebodyElse: string | undefined): Wish {
  return {
    who,
    isSomebodyElse: somebodyElse === 'true',
    from: { kind: 'files', files: [{ label: 'the picture', bytes, onRead: () => giveBack(bytes) }] },
  };
}
