/** What becomes of open requests when somebody goes. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import test from 'node:test';
import type { Web } from '../../src/web/server.ts';
import { callerOf } from '../access/open-access.ts';
import { opened, send, codeIn, entered, idOf } from './claimed-house.ts';

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

test('nobody takes more than six streams of a kind, so that the others have theirs', async (t) => {
  const { access, ada, web } = await opened(t);
  const vera = await entered(access, { ada, name: 'Vera', role: 'viewer' });
  const streams = [];
  for (let count = 0; count < 6; count += 1) streams.push(await listen(web, { cookie: vera.cookie }));
  const refused = await fetch(`${web.address}/api/v1/events`, { headers: { cookie: vera.cookie } });
  assert.deepEqual(
    [refused.status, await codeIn(refused), refused.headers.get('retry-after')],
    [429, 'too-many-streams', '5'],
  );
  await listen(web, { cookie: `doorward=${ada.session}` });
  await access.endAllSessions(callerOf(access, vera));
  await Promise.all(streams.map(({ ended }) => ended));
});
