/** The ways in and out over HTTP, and what a log-in is good for. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { startWeb } from '../../src/web/server.ts';
import { adasPassword } from '../access/open-access.ts';
import { opened, json, send, cookieIn, codeIn, entered, idOf } from './claimed-house.ts';
import { House } from './house.ts';
import { sideEntranceOf } from './side-entrance.ts';

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

test('whoever is logged in is named in the audit chain with what they do in the house', async (t) => {
  const { ada, house, web } = await opened(t);
  const headers = { cookie: `doorward=${ada.session}`, origin: web.address };
  const address = `${web.address}/api/v1/people/ada/faces/face-1`;
  assert.equal((await fetch(address, { method: 'DELETE', headers })).status, 204);
  const [removed] = house.neighbours.acts;
  assert.deepEqual(removed?.request, { faceId: 'face-1', actor: `user/${ada.userId}` });
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
