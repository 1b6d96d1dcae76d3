import type { FastifySchema } from 'fastify';
import { roles, scopes, type Caller, type Role, type Scope } from '../access/caller.ts';
import { judge, type Permission } from '../access/permissions.ts';

/** How one shows who one is, for OpenAPI. A neighbour shows nothing (setting `web.loopback`). */
export const securitySchemes = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-doorward',
    description:
      'Set by /api/v1/access/log-in; called doorward without TLS on this machine. Roles are named where it is asked for.',
  },
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'Authorization: Bearer dw_…, made by an administrator. Scopes are named where it is asked for.',
  },
} as const;

/** Whether nobody has to show anything for it. */
export function isForAnybody(permission: Permission | undefined): boolean {
  return permission === undefined || judge({ kind: 'anonymous' }, permission) === 'yes';
}

/** What is asked for, each line enough by itself (OpenAPI 3.1, security requirement); the table is the only source. */
export function securityOf(permission: Permission | undefined): NonNullable<FastifySchema['security']> {
  if (permission === undefined || isForAnybody(permission)) return [];
  const [least] = roles.filter((role) => judge(userOf(role), permission) === 'yes');
  const enough = scopes.filter((scope) => judge(tokenOf(scope), permission) === 'yes');
  return [...(least === undefined ? [] : [{ session: [least] }]), ...enough.map((scope) => ({ token: [scope] }))];
}

/** Whether a user shows the password again before. */
export function isProved(permission: Permission | undefined): boolean {
  return permission !== undefined && judge({ ...userOf('administrator'), isFresh: false }, permission) === 'prove';
}

function userOf(role: Role): Extract<Caller, { kind: 'user' }> {
  return { kind: 'user', userId: '', name: '', role, sessionId: '', isFresh: true };
}

function tokenOf(scope: Scope): Caller {
  return { kind: 'token', tokenId: '', name: '', scopes: [scope] };
}
