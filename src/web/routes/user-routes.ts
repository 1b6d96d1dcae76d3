import Type from 'typebox';
import { scopes } from '../../access/caller.ts';
import { granted, invitationShape, roleShape, tokenShape, userShape } from '../access-answer.ts';
import type { WebParts } from '../parts.ts';
import { problems } from '../problem.ts';
import { closed, doneShape, idParams } from '../shapes.ts';
import type { Site } from '../site.ts';

const tags = ['access'];
const done = { outcome: 'done' } as const;
const refusals = problems(409, 422);
/** Who needs a token for longer makes another one in time. */
const tokenDaysMax = 3650;

type Parts = Pick<WebParts, 'access'>;

/** Whom an administrator lets in: users, invitations, tokens. */
export function userRoutes(site: Site, { access }: Parts): void {
  const path = '/api/v1/access/users';

  site.get(
    path,
    { schema: { summary: 'Who can log in', tags, response: { 200: Type.Object({ users: Type.Array(userShape) }) } } },
    () => ({ users: [...access.users()] }),
  );

  site.patch(
    `${path}/:id`,
    {
      schema: {
        summary: 'Change the role of a user, who is logged out everywhere',
        tags,
        params: idParams,
        body: Type.Object({ role: roleShape }, closed),
        response: { 200: doneShape, ...refusals },
      },
    },
    async ({ caller, params, body }) => {
      granted(await access.changeRole(caller, { userId: params.id, role: body.role }));
      return done;
    },
  );

  site.delete(
    `${path}/:id`,
    {
      schema: { summary: 'Remove a user', tags, params: idParams, response: { 204: Type.Null(), ...refusals } },
    },
    async ({ caller, params }, reply) => {
      granted(await access.removeUser(caller, { userId: params.id }));
      return reply.code(204).send(null);
    },
  );
  invitationRoutes(site, { access });
  tokenRoutes(site, { access });
}

function invitationRoutes(site: Site, { access }: Parts): void {
  const path = '/api/v1/access/invitations';
  const invitedShape = Type.Object({
    secret: Type.String({ description: 'For the link /#invitation=SECRET; shown only here' }),
    id: Type.String(),
    expiresMs: Type.Number({ description: 'When it is void, milliseconds since 1970' }),
  });

  site.get(
    path,
    {
      schema: {
        summary: 'Invitations that nobody has used yet',
        tags,
        response: { 200: Type.Object({ invitations: Type.Array(invitationShape) }) },
      },
    },
    () => ({ invitations: [...access.invitations()] }),
  );

  site.post(
    path,
    {
      schema: {
        summary: 'Invite somebody by a link that works once',
        tags,
        body: Type.Object({ role: roleShape }, closed),
        response: { 201: invitedShape, ...refusals },
      },
    },
    async ({ caller, body }, reply) => {
      const { secret, invitation } = granted(await access.invite(caller, body));
      const { id, expiresMs } = invitation;
      return reply.code(201).send({ secret, id, expiresMs });
    },
  );

  site.delete(
    `${path}/:id`,
    {
      schema: {
        summary: 'Withdraw an invitation',
        tags,
        params: idParams,
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async ({ caller, params }, reply) => {
      granted(await access.removeInvitation(caller, params));
      return reply.code(204).send(null);
    },
  );
}

function tokenRoutes(site: Site, { access }: Parts): void {
  const path = '/api/v1/access/tokens';
  const bodyShape = Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 200, description: 'What it is for' }),
      scopes: Type.Array(Type.Enum([...scopes]), { minItems: 1, maxItems: scopes.length }),
      expiresInDays: Type.Integer({ minimum: 1, maximum: tokenDaysMax }),
    },
    closed,
  );
  const createdShape = Type.Object({
    token: Type.String({ description: 'For Authorization: Bearer; shown only here' }),
    id: Type.String(),
    expiresMs: Type.Number({ description: 'When it is void, milliseconds since 1970' }),
  });

  site.get(
    path,
    {
      schema: {
        summary: 'Tokens of programs',
        tags,
        response: { 200: Type.Object({ tokens: Type.Array(tokenShape) }) },
      },
    },
    () => ({ tokens: access.tokens().map((token) => ({ ...token, scopes: [...token.scopes] })) }),
  );

  site.post(
    path,
    {
      schema: {
        summary: 'Make a token for a program',
        tags,
        body: bodyShape,
        response: { 201: createdShape, ...refusals },
      },
    },
    async ({ caller, body }, reply) => {
      const { secret, token } = granted(await access.createToken(caller, body));
      const { id, expiresMs } = token;
      return reply.code(201).send({ token: secret, id, expiresMs });
    },
  );

  site.delete(
    `${path}/:id`,
    {
      schema: { summary: 'Make a token void', tags, params: idParams, response: { 204: Type.Null(), ...refusals } },
    },
    async ({ caller, params }, reply) => {
      granted(await access.removeToken(caller, params));
      return reply.code(204).send(null);
    },
  );
}
