import type { InjectOptions } from 'fastify';
import { judge, permissionOfSetting, routePermissions, type Judgement } from '../../src/access/permissions.ts';
import { settingKeys } from '../../src/settings/setting-keys.ts';
import type { Site } from '../../src/web/site.ts';
import type { AskedCaller } from './asked-callers.ts';

/** What came of every caller at every route. */
export interface Matrix {
  readonly routes: number;
  readonly roles: number;
  readonly cells: number;
  /** What was answered otherwise than the table says. */
  readonly wrong: readonly string[];
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** Refusals of the table, by what it says. */
const refusals: Readonly<Record<Exclude<Judgement, 'yes'>, readonly [status: number, code: string]>> = {
  who: [401, 'log-in-needed'],
  no: [403, 'not-allowed'],
  prove: [403, 'fresh-proof-needed'],
};

interface Cell {
  readonly method: string;
  readonly url: string;
  readonly asked: AskedCaller;
}

/**
 * Every caller at every route that the site itself names, by every method, by other spellings of its address and beside it.
 * Nothing is done: a body that cannot be read is sent, and read only when the caller was let in.
 */
export async function walkMatrix(site: Site, callers: readonly AskedCaller[]): Promise<Matrix> {
  const wrong: string[] = [];
  const seen = { cells: 0 };
  const hold = async (cell: Cell, isRight: (status: number, code: string) => boolean): Promise<void> => {
    seen.cells += 1;
    const { statusCode, code } = await answerTo(site, cell, seen.cells);
    const { asked, method, url } = cell;
    if (!isRight(statusCode, code)) wrong.push(`${asked.name}, ${method} ${url}: ${statusCode} ${code}`);
  };
  const addresses = addressesOf(site);
  const firsts = new Set([...Map.groupBy(callers, ({ role }) => role).values()].map(([first]) => first));
  for (const asked of callers)
    for (const [path, here] of addresses) {
      // What an address does not have is the same for everybody of a role; another spelling concerns whoever may not.
      for (const method of firsts.has(asked) ? methods : here) {
        const place = placeOf(addresses, { method, path, here });
        await hold({ method, url: urlOf(path), asked }, cellOf(place, { method, asked }));
      }
      if (!firsts.has(asked)) continue;
      await hold({ method: 'OPTIONS', url: urlOf(path), asked }, (status) => status === 204);
      if (asked.caller.kind !== 'anonymous') continue;
      for (const url of otherSpellings(urlOf(path)))
        await hold({ method: 'GET', url, asked }, (status, code) => isNoWayRound(path, { status, code, asked }));
    }
  for (const asked of callers) {
    await hold({ method: 'GET', url: '/nothing-here', asked }, (status) => status === 404);
    if (['no', 'who'].includes(judge(asked.caller, 'change-settings'))) continue;
    for (const { key } of settingKeys()) await holdSetting(hold, asked, key);
  }
  const routes = [...addresses.values()].reduce((sum, here) => sum + here.length, 0);
  return { routes, roles: new Set(callers.map(({ role }) => role)).size, cells: seen.cells, wrong };
}

type Hold = (cell: Cell, isRight: (status: number, code: string) => boolean) => Promise<void>;

/** Which settings are dangerous is a matter of the body. */
async function holdSetting(hold: Hold, asked: AskedCaller, key: string): Promise<void> {
  const [route, setting] = ['change-settings' as const, permissionOfSetting(key)].map((one) =>
    judge(asked.caller, one),
  );
  const expected = route === 'yes' ? setting : route;
  await hold({ method: 'PATCH', url: `/api/v1/settings#${key}`, asked }, (status, code) =>
    fits(expected, status, code),
  );
}

/** The pattern that this method finds at an address: /invitations/accept may be meant as an id. Undefined: there is none. */
function placeOf(
  addresses: ReadonlyMap<string, readonly string[]>,
  { method, path, here }: { method: string; path: string; here: readonly string[] },
): string | undefined {
  if (here.includes(method)) return path;
  const fits = (pattern: string): boolean => new RegExp(`^${pattern.replaceAll(/:\w+/g, '[^/]+')}$`).test(path);
  return [...addresses].find(([pattern, its]) => its.includes(method) && fits(pattern))?.[0];
}

function cellOf(
  path: string | undefined,
  { method, asked }: { method: string; asked: AskedCaller },
): (status: number, code: string) => boolean {
  if (path === undefined) return (status) => status === 405 || status === 400; // The body is read before.
  const permission = routePermissions[`${method === 'HEAD' ? 'GET' : method} ${path}`];
  const expected = permission === undefined ? undefined : judge(asked.caller, permission);
  return (status, code) => fits(expected, status, method === 'HEAD' && status >= 400 ? undefined : code);
}

/** `code` undefined: an answer without a body says none. */
function fits(expected: Judgement | undefined, status: number, code: string | undefined): boolean {
  if (expected === undefined) return false;
  const codes = Object.values(refusals).map(([, refusal]) => refusal);
  if (expected === 'yes')
    return status !== 500 && (code === undefined ? ![401, 403].includes(status) : !codes.includes(code));
  const [wanted, refusal] = refusals[expected];
  return status === wanted && (code === undefined || code === refusal);
}

/** Whoever may not, gets nothing by another spelling either. */
function isNoWayRound(
  path: string,
  { status, code, asked }: { status: number; code: string; asked: AskedCaller },
): boolean {
  const permission = routePermissions[`GET ${path}`];
  if (permission === undefined || judge(asked.caller, permission) === 'yes') return status !== 500;
  return status >= 400 && status < 500 && code !== '';
}

function otherSpellings(address: string): readonly string[] {
  const [url = '', query = 'x=1'] = address.split('?');
  const encoded = url.replace(/[a-z](?=[^/]*$)/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  const spellings = [
    `${url}/`,
    `/${url}`,
    `/.${url}`,
    url.toUpperCase(),
    encoded,
    `${url};x`,
    `http://127.0.0.1${url}`,
    url,
  ];
  return spellings.map((one) => `${one}?${query}`);
}

/** Patterns of the site's own routes, with their methods. */
function addressesOf(site: Site): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const name of Object.keys(routePermissions)) {
    const [method = '', url = ''] = name.split(' ');
    if (!site.hasRoute({ method: method as 'GET', url })) continue;
    const here = found.get(url) ?? [];
    const hasHead = method === 'GET' && site.hasRoute({ method: 'HEAD', url });
    found.set(url, [...here, method, ...(hasHead ? ['HEAD'] : [])]);
  }
  return found;
}

/** Streams would not end: they refuse what they are asked for, once they let in. */
function urlOf(path: string): string {
  if (/events$|live\.mjpeg$/.test(path)) return `${path}?types=NONSENSE&quality=ultra`;
  return path.replace('/ui/:name', '/ui/page.js').replace(':name', 'a.release').replaceAll(/:\w+/g, '1');
}

/** Each stranger comes from another network: what one may ask in a minute is another matter. */
function addressOf({ remoteAddress }: AskedCaller, count: number): string {
  return remoteAddress.startsWith('127.') ? `127.${bytesOf(count)}` : `10.${bytesOf(count)}`;
}

function bytesOf(count: number): string {
  return [(count >> 16) & 255, (count >> 8) & 255, count & 255].join('.');
}

async function answerTo(
  site: Site,
  { method, url, asked }: Cell,
  count: number,
): Promise<{ statusCode: number; code: string }> {
  const [address = '', key] = url.split('#');
  const { headers } = asked;
  const body = method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? { headers: {} } : unreadable(key);
  const sent: InjectOptions = { method: method as 'GET', url: address, remoteAddress: addressOf(asked, count) };
  const answer = await site.inject({ ...sent, ...body, headers: { ...headers, ...body.headers } });
  const type = String(answer.headers['content-type'] ?? '');
  return {
    statusCode: answer.statusCode,
    code: type.startsWith('application/problem') && answer.body !== '' ? answer.json().code : '',
  };
}

/** With a setting: it is read, and refused for its value. */
function unreadable(key: string | undefined): { payload: string; headers: Record<string, string> } {
  const payload = key === undefined ? '{' : JSON.stringify({ [key]: { no: 'value' } });
  return { payload, headers: { 'content-type': 'application/json' } };
}
