import Type from 'typebox';
import { codeShape, granted, leave, passwordShape, sessionShape } from '../access-answer.ts';
import type { WebParts } from '../parts.ts';
import { problems } from '../problem.ts';
import { closed, doneShape, idParams } from '../shapes.ts';
import type { Site } from '../site.ts';

const tags = ['access'];
const done = { outcome: 'done' } as const;
const refusals = problems(401, 409, 422, 429);
const secondFactor = Type.Optional(codeShape);

type Parts = Pick<WebParts, 'access'>;

/** What is a user's own: the password, the second factor, where one is logged in. */
export function ownAccessRoutes(site: Site, { access }: Parts): void {
  site.post(
    '/api/v1/access/prove',
    {
      config: { isRepeatable: true },
      schema: {
        summary: 'Show the password again: what could do harm may be done for some minutes',
        tags,
        body: Type.Object({ password: passwordShape, secondFactor }, closed),
        response: { 200: doneShape, ...refusals },
      },
    },
    async ({ caller, body }) => {
      granted(await access.prove(caller, body));
      return done;
    },
  );

  site.put(
    '/api/v1/access/password',
    {
      schema: {
        summary: 'Change the password; everywhere else the user is logged out',
        tags,
        body: Type.Object({ current: passwordShape, next: passwordShape }, closed),
        response: { 200: doneShape, ...refusals },
      },
    },
    async ({ caller, body }) => {
      granted(await access.changePassword(caller, body));
      return done;
    },
  );
  recoveryCodeRoute(site, { access });
  secondFactorRoutes(site, { access });
  sessionRoutes(site, { access });
}

function recoveryCodeRoute(site: Site, { access }: Parts): void {
  const recoveryCodes = Type.Array(Type.String(), { description: 'Each brings the user back once; shown only here' });
  site.post(
    '/api/v1/access/recovery-codes',
    {
      schema: {
        summary: 'Make new recovery codes; those from before are no good any more',
        tags,
        response: { 200: Type.Object({ recoveryCodes }), ...refusals },
      },
    },
    async ({ caller }, reply) => {
      const renewed = granted(await access.renewRecoveryCodes(caller));
      reply.header('cache-control', 'no-store');
      return { recoveryCodes: [...renewed.recoveryCodes] };
    },
  );
}

function secondFactorRoutes(site: Site, { access }: Parts): void {
  const path = '/api/v1/access/second-factor';
  const begunShape = Type.Object({
    secret: Type.String({ description: 'To be typed into the app' }),
    uri: Type.String({ description: 'The same for a QR code (otpauth:)' }),
  });

  site.post(
    path,
    { schema: { summary: 'Begin a second factor (TOTP, RFC 6238)', tags, response: { 200: begunShape, ...refusals } } },
    async ({ caller }) => {
      const { secret, uri } = granted(await access.beginSecondFactor(caller));
      return { secret, uri };
    },
  );

  site.put(
    path,
    {
      schema: {
        summary: 'Confirm the second factor: from now on log-in asks for it',
        tags,
        body: Type.Object({ code: codeShape }, closed),
        response: { 200: doneShape, ...refusals },
      },
    },
    async ({ caller, body }) => {
      granted(await access.confirmSecondFactor(caller, body));
      return done;
    },
  );

  site.delete(
    path,
    { schema: { summary: 'Take the second factor away', tags, response: { 204: Type.Null(), ...refusals } } },
    async ({ caller }, reply) => {
      granted(await access.removeSecondFactor(caller));
      return reply.code(204).send(null);
    },
  );
}

function sessionRoutes(site: Site, { access }: Parts): void {
  const path = '/api/v1/access/sessions';

  site.get(
    path,
    {
      schema: {
        summary: 'Where one is logged in',
        tags,
        response: { 200: Type.Object({ sessions: Type.Array(sessionShape) }) },
      },
    },
    ({ caller }) => ({ sessions: [...access.sessions(caller)] }),
  );

  site.delete(
    path,
    { schema: { summary: 'Log out everywhere, here too', tags, response: { 204: Type.Null(), ...refusals } } },
    async (request, reply) => {
      granted(await access.endAllSessions(request.caller));
      leave(request, reply);
      return reply.code(204).send(null);
    },
  );

  site.delete(
    `${path}/:id`,
    {
      schema: { summary: 'Log out there', tags, params: idParams, response: { 204: Type.Null(), ...refusals } },
    },
    async ({ caller, params }, reply) => {
      granted(await access.endSession(caller, params));
      return reply.code(204).send(null);
    },
  );
}
