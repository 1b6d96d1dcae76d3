import type { Access } from '../../src/access/access.ts';
import type { Welcomed } from '../../src/access/answers.ts';
import { roles, scopes, type Caller, type Role, type Scope } from '../../src/access/caller.ts';
import { callerOf, entered, from, invited, type AccessHouse } from '../access/open-access.ts';

/** Somebody who asks: how, and what the table is to know of them. */
export interface AskedCaller {
  readonly name: string;
  /** `anonymous`, `neighbour`, `user viewer`, `token ring` … */
  readonly role: string;
  readonly caller: Caller;
  readonly remoteAddress: string;
  readonly headers: Readonly<Record<string, string>>;
}

const far = '192.168.1.66';
const longMs = 11 * 60_000;

/** Strangers of every kind, this machine, its owner's commands, users of every role with and without a fresh proof, tokens of every scope. */
export async function everyCaller(house: AccessHouse, access: Access, ada: Welcomed): Promise<readonly AskedCaller[]> {
  const names: Record<Role, string> = { viewer: 'Vera', member: 'Mona', administrator: 'Adam' };
  for (const role of roles) await invited(access, { by: ada, name: names[role], role });
  const secrets = new Map<Scope | 'none', string>();
  for (const scope of scopes) {
    const made = await access.createToken(callerOf(access, ada), { name: scope, scopes: [scope], expiresInDays: 30 });
    if (made.outcome === 'refused') throw new Error(made.message);
    secrets.set(scope, made.secret);
  }
  const logIn = async (role: Role): Promise<string> => {
    const name = names[role];
    return entered(await access.logIn({ name, password: `${name}s long password`, origin: from() })).session;
  };
  const stale = new Map<Role, string>();
  for (const role of roles) stale.set(role, await logIn(role));
  await house.clock.advance(longMs);
  const users: AskedCaller[] = [];
  for (const role of roles) {
    users.push(userOf(role, await logIn(role), true), userOf(role, stale.get(role) ?? '', false));
  }
  return [...strangers(), ...users, ...scopes.map((scope) => tokenOf(scope, secrets.get(scope) ?? '')), neighbour];
}

const anonymous = { kind: 'anonymous' } as const;
const neighbour: AskedCaller = {
  name: 'a neighbour', role: 'neighbour', caller: { kind: 'neighbour' }, remoteAddress: '127.0.0.1', headers: {},
}; // prettier-ignore

function strangers(): readonly AskedCaller[] {
  const stranger = (name: string, headers: Record<string, string>, remoteAddress = far): AskedCaller => ({
    name, role: 'anonymous', caller: anonymous, remoteAddress, headers,
  }); // prettier-ignore
  return [
    stranger('a stranger', {}),
    stranger('a stranger with a cookie', {
      cookie: 'doorward=AAAA; __Host-doorward=AAAA',
      'sec-fetch-site': 'same-origin',
    }),
    stranger('a stranger with a token', { authorization: 'Bearer dw_AAAA_AAAA' }),
    stranger('a stranger behind a proxy of this machine', { 'x-forwarded-for': far }, '127.0.0.1'),
    stranger('a stranger that says it is the house', { 'doorward-peer': 'house', 'doorward-again': 'unpassed' }),
  ];
}

function userOf(role: Role, session: string, isFresh: boolean): AskedCaller {
  const caller = { kind: 'user', userId: '', name: '', role, sessionId: '', isFresh } as const;
  // Of a browser: whatever changes something says where it comes from.
  const headers = { cookie: `doorward=${session}`, 'sec-fetch-site': 'same-origin' };
  return { name: `${isFresh ? 'a proven' : 'a'} ${role}`, role: `user ${role}`, caller, remoteAddress: far, headers };
}

function tokenOf(scope: Scope, secret: string): AskedCaller {
  const caller = { kind: 'token', tokenId: '', name: '', scopes: [scope] } as const;
  const headers = { authorization: `Bearer ${secret}` };
  return { name: `a token to ${scope}`, role: `token ${scope}`, caller, remoteAddress: far, headers };
}
