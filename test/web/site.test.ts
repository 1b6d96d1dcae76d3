import assert from 'node:assert/strict';
import { connect } from 'node:net';
import test from 'node:test';
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import { StoreFault } from '../../src/store/store.ts';
import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { routePermissions } from '../../src/access/permissions.ts';
import { startWeb } from '../../src/web/server.ts';
import { House, openHouse } from './house.ts';

interface Answer {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}

const compileAnswer = SerializerSelector()({}, {});

test('what holds for every request', async (t) => {
  const { house, site } = await openHouse(t);

  await t.test('the OpenAPI document names every route, with a summary, a tag, answers and errors', async () => {
    const document = (await site.inject('/openapi.json')).json();
    assert.equal(document.openapi, '3.1.0');
    let answers = 0;
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods as object)
        .filter(([method]) => method !== 'head' && method !== 'options')
        .map(([method, route]) => ({ name: `${method.toUpperCase()} ${path}`, route })),
    );
    const described = routes.map(({ name }) => name).toSorted();
    const table = Object.keys(routePermissions).map((name) => name.replaceAll(/:(\w+)/g, '{$1}'));
    assert.deepEqual(described, table.toSorted());
    for (const { name, route } of routes) {
      assert.ok(route.summary.length > 5, name);
      assert.equal(route.tags.length, 1, name);
      assert.ok(
        Object.keys(route.responses).some((status) => status.startsWith('2')),
        name,
      );
      assert.ok(route.responses['500'] !== undefined, `${name} describes no error`);
      // The appliance itself looks at an answer's schema when the first such answer is due.
      for (const [status, { content = {} }] of Object.entries<Answer>(route.responses)) {
        const schema = (content['application/json'] ?? content['application/problem+json'])?.schema;
        if (schema === undefined || '$ref' in schema) continue;
        compileAnswer({ schema, method: '', url: name, httpStatus: status });
        answers += 1;
      }
    }
    const { content } = document.paths['/api/v1/recognize'].post.requestBody;
    for (const type of ['multipart/form-data', 'image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/tiff'])
      assert.ok(content[type] !== undefined, `a picture may be ${type}`);
    assert.ok(answers > routes.length / 2, `only ${answers} answers have a schema`);
    assert.ok(!JSON.stringify(document).includes('"undefined"'));
  });

  await t.test('errors are problems that say what to do and where to look', async () => {
    const answer = await site.inject('/api/v1/visits/nobody');
    assert.equal(answer.statusCode, 404);
    assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
    const { requestId, ...problem } = answer.json();
    assert.deepEqual(problem, {
      status: 404,
      code: 'not-found',
      message: 'cannot find this visit: it may have been deleted',
      advice: 'Reload the list and choose again.',
    });
    assert.equal(requestId, answer.headers['x-request-id']);
    assert.match(String(requestId), /^[0-9a-f-]{36}$/);
    const forged = await site.inject({ url: '/api/v1/status', headers: { 'x-request-id': 'forged' } });
    assert.notEqual(forged.headers['x-request-id'], 'forged');
  });

  await t.test('a schema refuses what it does not know, by name, and an unknown type of body', async () => {
    const post = (payload: string, type = 'application/json') =>
      site.inject({ method: 'POST', url: '/api/v1/trigger', payload, headers: { 'content-type': type } });
    const unknown = await post('{"source":"api","colour":"red"}');
    assert.equal(unknown.statusCode, 400);
    assert.match(unknown.json().message, /colour/);
    assert.equal((await post('{"source":"button"}')).statusCode, 400, 'nobody may pretend to be the button');
    assert.equal((await post('{"source":')).statusCode, 400);
    assert.equal((await post('{"__proto__":{"source":"api"}}')).statusCode, 400);
    assert.equal((await post('hello', 'text/plain')).statusCode, 415);
    assert.equal((await post(`{"source":"${'x'.repeat(70_000)}"}`)).statusCode, 413);
    assert.equal((await site.inject('/api/v1/visits?limit=0')).statusCode, 400);
    assert.equal((await site.inject('/api/v1/visits?colour=red')).statusCode, 400);
    assert.equal((await site.inject('/api/v1/visits/a%2Fb')).statusCode, 400);
    assert.equal(house.rings.length, 0);
  });

  await t.test('an unknown address is 404, counted as "unmatched"; a route by its pattern', async () => {
    for (const url of ['/nothing', '/api/v1/nothing/7', '/ui/../secret.jpg', '/ui/%2e%2e/server.ts', '/ui/nothing.js'])
      assert.equal((await site.inject(url)).statusCode, 404, url);
    await site.inject('/api/v1/visits/visit-1');
    const { body } = await site.inject('/metrics');
    assert.match(body, /http_requests_total\{method="GET",endpoint="unmatched",status="404"\} 5\n/);
    assert.match(body, /http_requests_total\{method="GET",endpoint="\/api\/v1\/visits\/:id",status="200"\} 1/);
    assert.ok(!body.includes('visit-1') && !body.includes('nothing'), 'a raw path became a label');
  });

  await t.test('a foreign site is refused, counted as a security event and logged', async () => {
    const answer = await site.inject({ method: 'POST', url: '/api/v1/trigger', headers: { host: 'evil.example' } });
    assert.equal(answer.statusCode, 403);
    assert.equal(answer.json().code, 'foreign-host');
    const cross = { host: 'localhost', origin: 'http://evil.example' };
    assert.equal((await site.inject({ method: 'POST', url: '/api/v1/trigger', headers: cross })).statusCode, 403);
    assert.deepEqual(house.security, ['foreign-host', 'foreign-site']);
    assert.equal(house.rings.length, 0);
    assert.ok(house.logged.some(({ message }) => message === 'a foreign request was refused'));
  });

  await t.test('the page is served with strict headers and loads nothing from elsewhere', async () => {
    const page = await site.inject('/');
    assert.equal(page.statusCode, 200);
    assert.match(String(page.headers['content-type']), /^text\/html/);
    const policy = String(page.headers['content-security-policy']);
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.ok(!policy.includes('unsafe') && !policy.includes('http'), policy);
    assert.equal(page.headers['x-content-type-options'], 'nosniff');
    assert.equal(page.headers['cross-origin-resource-policy'], 'same-origin');
    const addresses = [...page.body.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, address]) => address ?? '');
    assert.ok(addresses.length >= 4);
    for (const address of addresses) assert.equal((await site.inject(address)).statusCode, 200, address);
    assert.equal((await site.inject('/favicon.ico')).statusCode, 200);
  });

  await t.test('faults of ours are 500 without their words; a full disk is 507, an absent database 503', async () => {
    const fail = async (error: Error): Promise<{ statusCode: number; body: string }> => {
      house.neighbours.visit = () => {
        throw error;
      };
      return site.inject('/api/v1/visits/visit-1');
    };
    const ours = await fail(new Error('secret detail'));
    assert.equal(ours.statusCode, 500);
    assert.ok(!ours.body.includes('secret'));
    const logged = house.logged.filter(({ message }) => message === 'request failed');
    assert.match(JSON.stringify(logged[0]?.context), /correlation_id/);
    const full = await fail(new StoreFault('cannot write: the disk is full, remove files', 'full'));
    assert.equal(full.statusCode, 507);
    assert.match(full.body, /the disk is full/);
    assert.equal((await fail(new StoreFault('cannot read: closed', 'closed'))).statusCode, 503);
  });
});

test('a server that listens: refuses a taken port; finishes what it began and closes', async (t) => {
  const house = new House();
  t.after(() => house.close());
  const parts = house.parts();
  const answered = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const web = await startWeb({
    ...parts,
    sendTestNotification: async () => {
      asked.resolve();
      await answered.promise;
      return ['log'];
    },
  });
  const port = Number(new URL(web.address).port);
  const taken = { ...parts, settings: { ...parts.settings, web: { ...parts.settings.web, port } } };
  await assert.rejects(startWeb(taken), /cannot listen on 127.0.0.1:\d+: another program may use this port/);

  const idle = connect(port, '127.0.0.1');
  const idleEnded = new Promise((resolve) => idle.once('close', resolve));
  idle.on('error', () => undefined);
  const underWay = fetch(`${web.address}/api/v1/notifications/test`, { method: 'POST' });
  await asked.promise;
  const stream = await fetch(`${web.address}/api/v1/events`);
  const closing = web.close();
  assert.match(await stream.text(), /^retry: /, 'streams end first');
  answered.resolve();
  const answer = await underWay;
  assert.equal(answer.status, 202);
  assert.deepEqual(await answer.json(), { channels: ['log'] });
  assert.equal(answer.headers.get('connection'), 'close');
  await closing;
  await idleEnded;
  await assert.rejects(fetch(`${web.address}/health`));
});

test('at close whoever cannot be answered in time is told to come back, and not cut off', async (t) => {
  const house = new House();
  t.after(() => house.close());
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const finishMs = 4000;
  const web = await startWeb({
    ...house.parts(),
    clock: { ...nodeClock, sleep: (ms, signal) => (ms === finishMs ? asked.promise : nodeClock.sleep(ms, signal)) },
    sendTestNotification: async () => {
      asked.resolve();
      await answered.promise;
      return ['log'];
    },
  });
  const underWay = fetch(`${web.address}/api/v1/notifications/test`, { method: 'POST' });
  await asked.promise;
  const closing = web.close();
  const answer = await underWay;
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '5']);
  const { code, message } = (await answer.json()) as { code: string; message: string };
  assert.deepEqual([code, message], ['ending', 'cannot answer: Doorward is ending']);
  await closing;
  answered.resolve(); // Too late, and no harm.
  await nodeClock.sleep(0);
  assert.deepEqual(house.errors, []);
});

test('the webhook is described as its channel sends it, with its signature', async (t) => {
  const { site } = await openHouse(t);
  const { webhooks } = (await site.inject('/openapi.json')).json();
  const { parameters, requestBody } = webhooks.notification.post;
  const names = parameters.map(({ name }: { name: string }) => name);
  assert.deepEqual(names, ['idempotency-key', 'x-doorward-timestamp', 'x-doorward-signature']);
  assert.match(parameters[2].description, /HMAC-SHA256/);
  const { properties, required } = requestBody.content['application/json'].schema;
  assert.deepEqual(required, ['kind', 'atMs', 'text']);
  for (const field of ['name', 'outcome', 'visitId', 'visitUrl', 'pictureUrl']) assert.ok(field in properties, field);
});
