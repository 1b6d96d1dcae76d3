import type { TestContext } from 'node:test';
import type { Access } from '../../src/access/access.ts';
import type { Welcomed } from '../../src/access/answers.ts';
import type { Role } from '../../src/access/caller.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { claimed, invited, type AccessHouse } from '../access/open-access.ts';
import { House } from './house.ts';

export interface Opened {
  readonly access: Access;
  readonly ada: Welcomed;
  readonly ground: AccessHouse;
  readonly house: House;
  readonly web: Web;
}

/** Ada has claimed it, and whoever comes from this machine logs in too. */
export async function opened(t: TestContext): Promise<Opened> {
  const { house: ground, access, ada } = await claimed(t);
  const house = new House();
  house.access = access;
  const web = await startWeb(house.parts());
  t.after(async () => {
    await web.close();
    await house.close();
  });
  return { access, ada, ground, house, web };
}

export const json = { 'content-type': 'application/json' };

/** As a browser sends it. */
export function send(
  web: Web,
  path: string,
  more: { cookie?: string; method?: string; body?: unknown } = {},
): Promise<Response> {
  const { cookie, body, method = body === undefined ? 'GET' : 'POST' } = more;
  const headers = {
    ...(cookie === undefined ? {} : { cookie, 'sec-fetch-site': 'same-origin' }),
    ...(body === undefined ? {} : json),
  };
  return fetch(`${web.address}/api/v1/access${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

export function cookieIn(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
}

export async function codeIn(answer: Response): Promise<string> {
  return ((await answer.json()) as { code: string }).code;
}

/** Somebody more who can log in. */
export async function entered(
  access: Access,
  { ada, name, role }: { ada: Welcomed; name: string; role: Role },
): Promise<{ cookie: string; session: string }> {
  const { session } = await invited(access, { by: ada, name, role });
  return { session, cookie: `doorward=${session}` };
}

export function idOf(access: Access, name: string): string {
  return access.users().find((one) => one.name === name)?.id ?? '';
}
