/** The ways in and out over HTTP, and what becomes of open requests when somebody goes. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import test, { type TestContext } from 'node:test';
import type { Access } from '../../src/access/access.ts';
import type { Welcomed } from '../../src/access/answers.ts';
import type { Role } from '../../src/access/caller.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { adasPassword, callerOf, claimed, invited, type AccessHouse } from '../access/open-access.ts';
import { House } from './house.ts';
import { sideEntranceOf } from './side-entrance.ts';

interface Opened {
  readonly access: Access;
  readonly ada: Welcomed;
  readonly ground: AccessHouse;
  readonly house: House;
  readonly web: Web;
}

/** Ada has claimed it, and whoever comes from this machine logs in too. */
async function opened(t: TestContext): Promise<Opened> {
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

const json = { 'content-type': 'application/json' };

/** As a browser sends it. */
function send(
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

function cookieIn(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
}

async function codeIn(answer: Response): Promise<string> {
  return ((await answer.json()) as { code: string }).code;
}

test('a claim makes the first administrator, who is in at once; it works once', async (t) => {
  const house = new House();
  const web = await startWeb(house.parts());
  t.after(async () => {
    await web.close();
    await house.close();
  });
  assert.equal(((await (await send(web, '')).json()) as { state: string }).state, 'open');
  const code = await house.access.claimCode();
  assert.equal(
    await codeIn(await send(web, '/claim', { body: { code: '0000-0000', name: 'Ada', password: adasPassword } })),
    'wrong-code',
  );
  assert.equal(
    await codeIn(await send(web, '/claim', { body: { code, name: 'Ada', password: 'short' } })),
    'password-short',
  );
  const made = await send(web, '/claim', { body: { code, name: 'Ada', password: adasPassword } });
  assert.equal(made.status, 201);
  assert.equal(((await made.json()) as { recoveryCodes: string[] }).recoveryCodes.length, 10);
  const who = await send(web, '', { cookie: cookieIn(made) });
  const { state, name, role, isFresh, may } = (await who.json()) as {
    state: string;
    name: string;
    role: string;
    isFresh: boolean;
    may: string[];
  };
  assert.deepEqual([state, name, role, isFresh], ['user', 'Ada', 'administrator', true]);
  assert.ok(may.includes('manage-access'));
  const again = await send(web, '/claim', { body: { code, name: 'Eve', password: adasPassword } });
  assert.deepEqual([again.status, await codeIn(again)], [409, 'already-claimed']);
});

test('a log-in is a cookie that no script can read; after the log-out it is nobody’s', async (t) => {
  const { web } = await opened(t);
  const wrong = await send(web, '/log-in', { body: { name: 'Ada', password: 'not the password' } });
  assert.deepEqual([wrong.status, await codeIn(wrong), wrong.headers.getSetCookie()], [401, 'wrong-credentials', []]);
  const entered = await send(web, '/log-in', { body: { name: 'Ada', password: adasPassword } });
  assert.deepEqual(await entered.json(), { name: 'Ada', role: 'administrator' });
  const [session = '', device = ''] = entered.headers.getSetCookie();
  assert.match(session, /^doorward=[\w-]{20,}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
  assert.match(device, /^doorward-device=[\w.-]{20,}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
  assert.equal(entered.headers.get('cache-control'), 'no-store');
  const cookie = cookieIn(entered);
  assert.equal((await send(web, '/sessions', { cookie })).status, 200);
  const left = await send(web, '/log-out', { cookie, method: 'POST' });
  assert.equal(left.status, 200);
  assert.match(left.headers.getSetCookie()[0] ?? '', /^doorward=; Path=\/; Max-Age=0;/);
  const replayed = await send(web, '/sessions', { cookie });
  assert.deepEqual([replayed.status, await codeIn(replayed)], [401, 'log-in-needed']);
});

test('over TLS the cookie is one that no other host and no plain page can set, and a log-out clears what the browser keeps', async (t) => {
  const { web } = await opened(t);
  const side = await sideEntranceOf(t, web);
  const log = (path: string, headers: string, body = ''): Promise<string> =>
    side(
      `POST /api/v1/access/${path} HTTP/1.1\r\nhost: door.local\r\nconnection: close\r\n${body === '' ? '' : 'content-type: application/json\r\n'}doorward-peer: 192.168.1.7 tls\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`,
    );
  const entered = await log(
    'log-in',
    'origin: https://door.local\r\n',
    JSON.stringify({ name: 'Ada', password: adasPassword }),
  );
  const [, session = ''] =
    /set-cookie: __Host-doorward=([^;]+); Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure\r\n/i.exec(entered) ??
    [];
  assert.ok(session.length > 20, entered);
  const cookie = `cookie: doorward=planted; __Host-doorward=${session}\r\n`;
  assert.match(await log('log-out', `${cookie}origin: http://door.local\r\n`), /^HTTP\/1.1 403 .*"foreign-site"/s);
  assert.match(
    await log('log-out', `${cookie}origin: https://door.local\r\n`),
    /^HTTP\/1.1 200 (?=.*clear-site-data: "cache", "storage")/is,
  );
});

/** An open event stream: resolves with what came of it when it ends. */
async function listen(
  web: Web,
  headers: Record<string, string>,
): Promise<{ readonly ended: Promise<string>; isOpen: boolean }> {
  const answer = await fetch(`${web.address}/api/v1/events`, { headers });
  assert.equal(answer.status, 200);
  const stream = { isOpen: true, ended: answer.text().catch(() => 'cut') };
  void stream.ended.then(() => (stream.isOpen = false));
  return stream;
}

async function entered(
  access: Access,
  { ada, name, role }: { ada: Welcomed; name: string; role: Role },
): Promise<{ cookie: string; session: string }> {
  const { session } = await invited(access, { by: ada, name, role });
  return { session, cookie: `doorward=${session}` };
}

test('streams end with the log-out, the change of role, the removal, and with their token; others go on', async (t) => {
  const { access, ada, web } = await opened(t);
  const by = callerOf(access, ada);
  const ends: Record<string, () => Promise<unknown>> = {};
  const streams: Record<string, { readonly ended: Promise<string>; isOpen: boolean }> = {};
  const vera = await entered(access, { ada, name: 'Vera', role: 'viewer' });
  streams['log-out'] = await listen(web, { cookie: vera.cookie });
  ends['log-out'] = () => send(web, '/log-out', { cookie: vera.cookie, method: 'POST' });
  const mona = await entered(access, { ada, name: 'Mona', role: 'member' });
  streams['role'] = await listen(web, { cookie: mona.cookie });
  ends['role'] = () => access.changeRole(by, { userId: idOf(access, 'Mona'), role: 'viewer' });
  const rita = await entered(access, { ada, name: 'Rita', role: 'member' });
  streams['removal'] = await listen(web, { cookie: rita.cookie });
  ends['removal'] = () => access.removeUser(by, { userId: idOf(access, 'Rita') });
  const made = await access.createToken(by, { name: 'a program', scopes: ['read-visits'], expiresInDays: 1 });
  assert.ok(made.outcome === 'created');
  streams['token'] = await listen(web, { authorization: `Bearer ${made.secret}` });
  ends['token'] = () => access.removeToken(by, { id: made.token.id });
  const stays = await listen(web, { cookie: `doorward=${ada.session}` });
  for (const [name, end] of Object.entries(ends)) {
    assert.equal(streams[name]?.isOpen, true, name);
    await end();
    await streams[name]?.ended;
  }
  assert.equal(stays.isOpen, true);
});

function idOf(access: Access, name: string): string {
  return access.users().find((one) => one.name === name)?.id ?? '';
}

test('what is being sent is cut with the log-out; whoever ends all of its own log-ins is still told so', async (t) => {
  const { access, ada, web } = await opened(t);
  const port = Number(new URL(web.address).port);
  const socket = connect(port, '127.0.0.1');
  const cut = once(socket, 'close');
  const cookie = `doorward=${ada.session}`;
  socket.write(
    `POST /api/v1/recognize HTTP/1.1\r\nhost: localhost\r\ncookie: ${cookie}\r\nsec-fetch-site: same-origin\r\ncontent-type: image/jpeg\r\ncontent-length: 100000\r\n\r\nhalf`,
  );
  const listening = await listen(web, { cookie });
  const gone = await send(web, '/sessions', { cookie, method: 'DELETE' });
  assert.equal(gone.status, 204);
  await Promise.all([cut, listening.ended]);
  assert.equal(callerOf(access, ada).kind, 'anonymous');
});

test('what could do harm asks for the password again, settings by what they are about', async (t) => {
  const { ground, web, house, ada } = await opened(t);
  const cookie = `doorward=${ada.session}`;
  const set = (changes: object): Promise<Response> =>
    fetch(`${web.address}/api/v1/settings`, {
      method: 'PATCH',
      body: JSON.stringify(changes),
      headers: { ...json, cookie, 'sec-fetch-site': 'same-origin' },
    });
  await ground.clock.advance(11 * 60_000);
  assert.equal((await set({ 'recognition.liveness': false })).status, 200);
  const refused = await set({ 'recognition.liveness': true, 'web.loopback': 'open' });
  assert.deepEqual([refused.status, await codeIn(refused)], [403, 'fresh-proof-needed']);
  assert.deepEqual(
    await codeIn(await send(web, '/invitations', { cookie, body: { role: 'member' } })),
    'fresh-proof-needed',
  );
  assert.equal(
    await codeIn(await send(web, '/prove', { cookie, body: { password: 'not the password' } })),
    'wrong-credentials',
  );
  assert.equal((await send(web, '/prove', { cookie, body: { password: adasPassword } })).status, 200);
  assert.equal((await set({ 'web.loopback': 'login' })).status, 200);
  assert.deepEqual(house.errors, []);
});

test('who reaches too far is in the audit chain, and a page whose log-in has run out is not', async (t) => {
  const { access, ada, ground, web } = await opened(t);
  const vera = await entered(access, { ada, name: 'Vera', role: 'viewer' });
  const before = ground.chronicle.entries.length;
  await send(web, '/users', { cookie: vera.cookie });
  await send(web, '/users', { cookie: 'doorward=AAAA' });
  const authorization = 'Bearer dw_AAAA_AAAA';
  await fetch(`${web.address}/metrics`, { headers: { authorization } });
  const told = ground.chronicle.entries
    .slice(before)
    .map(({ actor, action, result }) => `${actor} ${action} ${result}`);
  assert.deepEqual(told, [`user/${idOf(access, 'Vera')} see-access failure`, 'anonymous read-metrics failure']);
});

test('an invitation makes a user, a token lets a program in, and both are told once', async (t) => {
  const { web, ada } = await opened(t);
  const cookie = `doorward=${ada.session}`;
  const invitation = (await (await send(web, '/invitations', { cookie, body: { role: 'viewer' } })).json()) as {
    secret: string;
    id: string;
  };
  const { invitations } = (await (await send(web, '/invitations', { cookie })).json()) as { invitations: object[] };
  assert.deepEqual(
    invitations.map((one) => JSON.stringify(one).includes(invitation.secret)),
    [false],
  );
  const accepted = await send(web, '/invitations/accept', {
    body: { secret: invitation.secret, name: 'Vera', password: 'Veras long password' },
  });
  assert.equal(accepted.status, 201);
  const veras = cookieIn(accepted);
  assert.equal((await send(web, '/users', { cookie: veras })).status, 403);
  const { token } = (await (
    await send(web, '/tokens', { cookie, body: { name: 'Prometheus', scopes: ['read-metrics'], expiresInDays: 30 } })
  ).json()) as { token: string };
  const authorization = `Bearer ${token}`;
  const statusOf = async (path: string): Promise<number> =>
    (await fetch(`${web.address}${path}`, { headers: { authorization } })).status;
  assert.deepEqual(
    [await statusOf('/metrics'), await statusOf('/api/v1/visits'), await statusOf('/health')],
    [200, 403, 200],
  );
  const { users } = (await (await send(web, '/users', { cookie })).json()) as {
    users: { name: string; role: string }[];
  };
  assert.deepEqual(users.map(({ name, role }) => `${name} ${role}`).toSorted(), ['Ada administrator', 'Vera viewer']);
});
