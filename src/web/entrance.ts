import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Credentials } from '../access/answers.ts';
import type { Caller } from '../access/caller.ts';
import { judge, routePermissions, type Permission } from '../access/permissions.ts';
import { isLoopback, type Peer } from '../system/peer.ts';
import { cookieNames, cookieOf } from './cookies.ts';
import { isNearHost } from './host-names.ts';
import type { WebParts } from './parts.ts';
import { RequestRefused } from './problem.ts';
import type { Site } from './site.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is at the other end of the connection. */
    peer: Peer;
    /** Who that is to this house. */
    caller: Caller;
  }
  interface FastifyContextConfig {
    /** What the route asks for, from the table. */
    permission?: Permission;
  }
}

type EntranceParts = Pick<WebParts, 'access' | 'ownerToken'>;
type AskedRequest = Pick<FastifyRequest, 'headers' | 'peer'>;

/** What a proxy adds: whoever is behind it is not of this machine, whatever the connection says. */
const forwardedHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

/** Gives every route its permission. Throws for one that the table does not know: such a route does not start. */
export function askPermissions(site: Site): void {
  site.addHook('onRoute', (route) => {
    const methods = [route.method].flat().map((method) => (method === 'HEAD' ? 'GET' : method));
    const [permission, ...others] = new Set(methods.map((method) => routePermissions[`${method} ${route.url}`]));
    if (permission === undefined || others.length > 0)
      throw new Error(`cannot start: no rule says who may ${methods.join(', ')} ${route.url}`);
    route.config = { ...route.config, permission };
  });
}

/** Tells who asks. */
export class Entrance {
  readonly #parts: EntranceParts;

  constructor(parts: EntranceParts) {
    this.#parts = parts;
  }

  callerOf({ headers, peer }: AskedRequest): Caller {
    const { authorization, cookie } = headers;
    const from = isOwner(headers, this.#parts) ? 'house' : placeOf(headers, peer);
    // Whoever shows a token is that program, whatever else a browser adds.
    const session = authorization === undefined ? cookieOf(cookie, cookieNames(peer).session) : undefined;
    return this.#parts.access.identify({ session, authorization, from });
  }
}

/** Where it comes from, as far as this machine can tell. */
function placeOf(headers: FastifyRequest['headers'], peer: Peer): Credentials['from'] {
  if (peer.isHouse) return 'house';
  const isForwarded = forwardedHeaders.some((name) => headers[name] !== undefined);
  return isLoopback(peer.address) && isNearHost(headers.host ?? '') && !isForwarded ? 'loopback' : 'elsewhere';
}

/** Whether it comes from a command that the owner of the home has given, who alone can read what that shows. */
export function isOwner(
  { authorization }: Pick<FastifyRequest['headers'], 'authorization'>,
  { ownerToken }: Pick<WebParts, 'ownerToken'>,
): boolean {
  return authorization !== undefined && timingSafeEqual(markOf(authorization), markOf(`Bearer ${ownerToken}`));
}

/** Texts of any length, to be compared in the same time. */
function markOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Whether whoever asks may, no proof missing. */
export function may({ caller }: Pick<FastifyRequest, 'caller'>, permission: Permission): boolean {
  return judge(caller, permission) === 'yes';
}

/** Throws `RequestRefused` unless whoever asks may. What reaches too far is written down. */
export function demand(
  { caller, headers }: Pick<FastifyRequest, 'caller' | 'headers'>,
  permission: Permission,
  access: Pick<WebParts['access'], 'isClaimed' | 'noteRefusal'>,
): void {
  const judgement = judge(caller, permission);
  if (judgement === 'yes') return;
  // A page whose log-in has run out is no matter for the audit chain; somebody who reaches too far is, or shows a wrong token.
  if (judgement === 'no' || headers.authorization !== undefined) access.noteRefusal(caller, permission);
  throw refusals[judgement === 'who' && !access.isClaimed ? 'unclaimed' : judgement]();
}

const refusals = {
  unclaimed: () =>
    new RequestRefused(401, 'not-claimed', {
      message: 'cannot answer this: nobody has claimed this doorbell yet',
      advice: 'Open the page and claim it with the code that the device shows.',
    }),
  who: () =>
    new RequestRefused(401, 'log-in-needed', {
      message: 'cannot answer this to somebody unknown',
      advice: 'Log in on the page; a program sends Authorization: Bearer and a token.',
    }),
  no: () =>
    new RequestRefused(403, 'not-allowed', {
      message: 'cannot do this for you: your role or the scopes of your token do not reach so far',
      advice: 'Ask an administrator of this doorbell.',
    }),
  prove: () =>
    new RequestRefused(403, 'fresh-proof-needed', {
      message: 'cannot do this before you have shown your password again',
      advice: 'Send it to /api/v1/access/prove, then ask again.',
    }),
} as const;
