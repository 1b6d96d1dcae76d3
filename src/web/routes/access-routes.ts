import Type from 'typebox';
import { roles } from '../../access/caller.ts';
import { permissionsOf } from '../../access/permissions.ts';
import { codeShape, enter, granted, leave, originOf, passwordShape, userNameShape } from '../access-answer.ts';
import type { WebParts } from '../parts.ts';
import { problems } from '../problem.ts';
import { closed, doneShape, nullable } from '../shapes.ts';
import type { Site } from '../site.ts';
import { certificateRoutes } from './certificate-routes.ts';
import { claimCodeRoutes } from './claim-code-routes.ts';

const tags = ['access'];
const done = { outcome: 'done' } as const;
const refusals = problems(401, 409, 422, 429);

/** Nobody types faster. How long a wrong one waits is said by access/; this keeps floods from it. */
const triesPerMinuteMax = 60;
const fewTries = { rateLimit: { max: triesPerMinuteMax } } as const;

const whoShape = Type.Object({
  state: Type.Enum(['open', 'unclaimed', 'anonymous', 'user', 'token'], {
    description: 'open: from this machine, and nobody asks there (web.loopback)',
  }),
  name: nullable(Type.String()),
  role: nullable(Type.Enum([...roles])),
  isFresh: Type.Boolean({ description: 'Has shown the password a short while ago' }),
  may: Type.Array(Type.String(), {
    description: 'Permissions: see-visits, ring …; some ask for a fresh proof besides',
  }),
  hasSecondFactor: Type.Boolean(),
});
const enteredShape = Type.Object({ name: Type.String(), role: Type.Enum([...roles]) });
const welcomedShape = Type.Object({
  ...enteredShape.properties,
  recoveryCodes: Type.Array(Type.String(), { description: 'Each brings the user back once; shown only here' }),
});
const secondFactor = Type.Optional(codeShape);

type Parts = Pick<WebParts, 'access'>;

/** Who asks, and the ways in and out. */
export function accessRoutes(site: Site, { access, certificates }: Parts & Pick<WebParts, 'certificates'>): void {
  certificateRoutes(site, { certificates });
  site.get(
    '/api/v1/access',
    { schema: { summary: 'Who I am here, and what I may', tags, response: { 200: whoShape } } },
    ({ caller }) => {
      const isIn = caller.kind === 'user' || caller.kind === 'token';
      const stranger = access.isClaimed ? ('anonymous' as const) : ('unclaimed' as const);
      const inside = isIn ? caller.kind : ('open' as const);
      return {
        state: caller.kind === 'anonymous' ? stranger : inside,
        name: isIn ? caller.name : null,
        role: caller.kind === 'user' ? caller.role : null,
        isFresh: caller.kind === 'user' && caller.isFresh,
        may: [...permissionsOf(caller)],
        hasSecondFactor: access.hasSecondFactor(caller),
      };
    },
  );
  wayInRoutes(site, { access });
  newcomerRoutes(site, { access });
  claimCodeRoutes(site, { access });
}

function wayInRoutes(site: Site, { access }: Parts): void {
  site.post(
    '/api/v1/access/log-in',
    {
      config: { ...fewTries, isRepeatable: true },
      schema: {
        summary: 'Log in; the browser is given a cookie',
        tags,
        body: Type.Object({ name: userNameShape, password: passwordShape, secondFactor }, closed),
        response: { 200: enteredShape, ...refusals },
      },
    },
    async (request, reply) => {
      const entered = await access.logIn({ ...request.body, origin: originOf(request) });
      const { name, role } = enter({ request, reply }, entered);
      return { name, role };
    },
  );

  site.post(
    '/api/v1/access/log-out',
    {
      config: { isRepeatable: true },
      schema: { summary: 'Log out here', tags, response: { 200: doneShape, ...refusals } },
    },
    async (request, reply) => {
      granted(await access.logOut(request.caller));
      leave(request, reply);
      return done;
    },
  );

  site.post(
    '/api/v1/access/recover',
    {
      config: fewTries,
      schema: {
        summary: 'Set a new password with a recovery code',
        description: 'The second factor is taken away, and the user is logged out everywhere else.',
        tags,
        body: Type.Object({ name: userNameShape, recoveryCode: codeShape, password: passwordShape }, closed),
        response: { 200: enteredShape, ...refusals },
      },
    },
    async (request, reply) => {
      const entered = await access.recover({ ...request.body, origin: originOf(request) });
      const { name, role } = enter({ request, reply }, entered);
      return { name, role };
    },
  );
}

function newcomerRoutes(site: Site, { access }: Parts): void {
  site.post(
    '/api/v1/access/claim',
    {
      config: fewTries,
      schema: {
        summary: 'Become the first administrator, with the code that the device shows',
        tags,
        body: Type.Object({ code: codeShape, name: userNameShape, password: passwordShape }, closed),
        response: { 201: welcomedShape, ...refusals },
      },
    },
    async (request, reply) => {
      const claimed = await access.claim({ ...request.body, origin: originOf(request) });
      const { name, role, recoveryCodes } = enter({ request, reply }, claimed);
      return reply.code(201).send({ name, role, recoveryCodes: [...recoveryCodes] });
    },
  );

  site.post(
    '/api/v1/access/invitations/accept',
    {
      config: fewTries,
      schema: {
        summary: 'Become a user by an invitation',
        tags,
        body: Type.Object(
          { secret: Type.String({ maxLength: 200 }), name: userNameShape, password: passwordShape },
          closed,
        ),
        response: { 201: welcomedShape, ...refusals },
      },
    },
    async (request, reply) => {
      const accepted = await access.acceptInvitation({ ...request.body, origin: originOf(request) });
      const { name, role, recoveryCodes } = enter({ request, reply }, accepted);
      return reply.code(201).send({ name, role, recoveryCodes: [...recoveryCodes] });
    },
  );
}
