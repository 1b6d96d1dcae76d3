/** Who is let in, and who is not. What each route asks for is one table: see test/matrix. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fastify from 'fastify';
import { askPermissions } from '../../src/web/entrance.ts';
import { openHouse } from './house.ts';

const stranger = '192.168.1.66';

test('a stranger of the network sees the page and whether the bell is well, and is asked to log in for the rest', async (t) => {
  const { site, house } = await openHouse(t);
  const ask = (url: string) => site.inject({ url, remoteAddress: stranger, headers: { host: 'door.local' } });
  for (const url of ['/', '/ui/page.js', '/favicon.ico']) assert.equal((await ask(url)).statusCode, 200, url);
  assert.deepEqual(Object.keys((await ask('/health')).json()), ['status']);
  assert.deepEqual(Object.keys((await ask('/ready')).json()), ['status']);
  for (const url of [
    '/api/v1/status',
    '/api/v1/visits',
    '/api/v1/health',
    '/metrics',
    '/openapi.json',
    '/api/v1/events',
  ]) {
    const refused = await ask(url);
    assert.equal(refused.statusCode, 401, url);
    assert.equal(refused.headers['www-authenticate'], 'Bearer realm="Doorward"');
    assert.match(refused.json().code, /^(not-claimed|log-in-needed)$/);
  }
  const rung = await site.inject({ method: 'POST', url: '/api/v1/trigger', remoteAddress: stranger });
  assert.equal(rung.statusCode, 401);
  assert.equal(house.rings.length, 0);
  assert.equal((await ask('/nothing-here')).statusCode, 404);
  assert.deepEqual(house.errors, []);
});

test('a neighbour of this machine may do everything, as before', async (t) => {
  const { site } = await openHouse(t);
  for (const remoteAddress of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
    assert.equal((await site.inject({ url: '/api/v1/settings', remoteAddress })).statusCode, 200, remoteAddress);
  assert.ok('checks' in (await site.inject('/health')).json());
});

test('whoever comes through a proxy of this machine is no neighbour, nor is one that calls us by our name', async (t) => {
  const { site } = await openHouse(t);
  const ask = (headers: Record<string, string>) => site.inject({ url: '/api/v1/status', headers });
  for (const name of ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'])
    assert.equal((await ask({ [name]: '127.0.0.1' })).statusCode, 401, name);
  assert.equal((await ask({ host: 'door.local' })).statusCode, 401);
  assert.equal((await ask({ host: 'bell.example.org' })).statusCode, 401);
});

test('a command that can read the home shows its token, wherever it comes from', async (t) => {
  const { site, house } = await openHouse(t);
  const ask = async (authorization: string): Promise<number> =>
    (await site.inject({ url: '/api/v1/settings', remoteAddress: stranger, headers: { authorization } })).statusCode;
  assert.equal(await ask(`Bearer ${house.parts().ownerToken}`), 200);
  for (const other of [
    'Bearer ',
    'Bearer',
    house.parts().ownerToken,
    `Bearer ${house.parts().ownerToken} `,
    `Basic ${house.parts().ownerToken}`,
  ])
    assert.equal(await ask(other), 401, other);
});

test('who asks is told by another process of this house alone', async (t) => {
  const { site } = await openHouse(t);
  const headers = { 'doorward-peer': 'house' };
  assert.equal((await site.inject({ url: '/api/v1/status', remoteAddress: stranger, headers })).statusCode, 401);
});

test('a route that no rule knows does not start', async () => {
  const site = fastify();
  askPermissions(site as never);
  site.get('/health', () => 'well');
  assert.throws(
    () => site.get('/api/v1/secrets', () => 'told'),
    /^Error: cannot start: no rule says who may GET \/api\/v1\/secrets$/,
  );
  assert.throws(
    () => site.route({ method: ['GET', 'DELETE'], url: '/health', handler: () => 'gone' }),
    /no rule says who may GET, DELETE/,
  );
});
