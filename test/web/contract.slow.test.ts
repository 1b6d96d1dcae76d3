import assert from 'node:assert/strict';
import test from 'node:test';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { Check } from 'typebox/schema';
import { refusal } from '../../src/people/acts.ts';
import { formOf, jpeg, openHouse, type House } from './house.ts';
import type { Site } from '../../src/web/site.ts';

interface Described {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}
interface Operation {
  readonly path: string;
  readonly method: string;
  readonly responses: Readonly<Record<string, Described>>;
}
type Sent = InjectOptions;

const streams = new Set(['/api/v1/events', '/api/v1/live.mjpeg']);
const askedOfEach = 25;

/** The same numbers at every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

async function operationsOf(site: Site): Promise<readonly Operation[]> {
  const { body } = await site.inject('/openapi.json');
  const { Problem } = JSON.parse(body).components.schemas;
  const { paths } = JSON.parse(body.replaceAll('{"$ref":"#/components/schemas/Problem"}', JSON.stringify(Problem)));
  return Object.entries<Record<string, Omit<Operation, 'path' | 'method'>>>(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
  );
}

/** Holds an answer against what the document says of it. */
function hold(operation: Operation, answer: LightMyRequestResponse, sent: Sent): void {
  const { statusCode, headers, body } = answer;
  const about = `${operation.method} ${operation.path} answered ${statusCode} ${String(headers['content-type'])} to ${JSON.stringify(sent).slice(0, 300)}: ${body.slice(0, 300)}`;
  const described = operation.responses[statusCode];
  assert.ok(described !== undefined, `not described: ${about}`);
  const [type = ''] = String(headers['content-type'] ?? '').split(';');
  if (described.content === undefined) return assert.equal(body, '', `described without a body: ${about}`);
  const media = described.content[type];
  assert.ok(media?.schema !== undefined, `described as ${Object.keys(described.content).join(', ')}: ${about}`);
  if (type.endsWith('json')) assert.ok(Check(media.schema, JSON.parse(body)), `not as its schema says: ${about}`);
  if (statusCode >= 400 && statusCode !== 503) assert.equal(type, 'application/problem+json', about);
  if (statusCode === 429) assert.match(String(headers['retry-after']), /^\d+$/, about);
}

const hostile = ['%00', '..%2f..%2fsecret.jpg', '%zz', 'a'.repeat(150), '__proto__', '%F0%9F%9A%AA', '-1', "'--", ''];

/** A request that may be right, nearly right or nonsense. */
function requestFor({ path, method }: Operation, roll: (sides: number) => number): Sent {
  const pick = <Value>(values: readonly Value[]): Value => values[roll(values.length)] as Value;
  const ids: Readonly<Record<string, readonly string[]>> = {
    id: ['visit-1', 'ada', 'grace', 'stranger-1', 'face-1', 'nobody'],
    faceId: ['face-1', 'face-2'],
    position: ['0', '1', '999', 'x'],
    name: ['page.html', 'page.js', 'style.css', 'icon.svg', 'a.release', 'nothing.js'],
  };
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => pick(roll(3) > 0 ? (ids[name] ?? ['1']) : hostile));
  const queries = [
    'limit=1',
    'limit=0',
    'limit=x',
    'search=%C3%A4',
    'types=NONSENSE',
    'quality=ultra',
    'colour=red',
    'at=-1',
    'before=1&outcome=known',
    'q[]=1',
    '%',
  ];
  const query = streams.has(path) ? '?types=NONSENSE&quality=ultra' : roll(4) === 0 ? `?${pick(queries)}` : '';
  const headers: Record<string, string> = pick<Record<string, string>>([
    {}, {}, {}, {}, { 'host': 'evil.example' }, { 'sec-fetch-site': 'cross-site' }, { 'origin': 'http://evil.example' }, { 'accept': 'text/nothing' },
    { 'if-none-match': '*' }, { 'range': 'bytes=0-1' }, { 'content-range': 'bytes 0-2/3' }, { 'content-range': 'bytes x' }, { 'last-event-id': 'x' },
  ]); // prettier-ignore
  const url = `${filled}${query}`;
  const remoteAddress = `${roll(12) === 0 ? 10 : 127}.0.${roll(250)}.${roll(250)}`; // A stranger now and then.
  if (method === 'GET' || method === 'HEAD') return { method, url, headers, remoteAddress };
  const [type, payload] = pick<readonly [string, string | Buffer]>([
    ['application/json', '{}'], ['application/json', ''], ['application/json', '{"a":'], ['application/json', 'null'], ['application/json', '[1]'],
    ['application/json', '{"name":"Joan"}'], ['application/json', '{"personId":"ada"}'], ['application/json', '{"into":"grace"}'],
    ['application/json', '{"personId":null}'], ['application/json', '{"name":"Joan","fromCamera":true}'], ['application/json', '{"fromCamera":true}'],
    ['application/json', '{"standing":"watched"}'], ['application/json', '{"web.port":1}'], ['application/json', '{"file":null}'], ['application/json', '{"reason":"why"}'],
    ['application/json', '{"source":"api","press":"hold"}'], ['application/json', '{"__proto__":{}}'], ['application/json', `"${'x'.repeat(70_000)}"`],
    ['text/plain', 'hello'], ['', 'hello'], ['nonsense', 'x'], ['application/json; charset=x', '{}'], ['image/jpeg', jpeg], ['image/jpeg', ''], ['image/png', 'no'],
    ['multipart/form-data', 'x'], ['multipart/form-data; boundary=x', '--x\r\nnonsense'], ['application/octet-stream', 'abc'],
  ]); // prettier-ignore
  if (path.includes('/update/files/') && method === 'PUT' && roll(4) === 0)
    return {
      method,
      url: '/api/v1/update/files/a.release',
      remoteAddress,
      payload: 'abc',
      headers: { 'content-type': 'application/octet-stream' },
    };
  const form = formOf(
    pick<Record<string, string | Uint8Array>>([
      { picture: jpeg },
      { picture: jpeg, name: 'Joan' },
      { name: 'x' },
      { other: 'y' },
    ]),
  );
  if (roll(6) === 0)
    return { method: method as 'POST', url, remoteAddress, ...form, headers: { ...headers, ...form.headers } };
  return {
    method: method as 'POST',
    url,
    remoteAddress,
    payload,
    headers: { ...headers, ...(type === '' ? {} : { 'content-type': type }) },
  };
}

/** The house behind the API changes too: it refuses, it has nobody for updates, its things go away. */
function unsettle(house: House, roll: (sides: number) => number): void {
  const reasons = ['no-such-person', 'name-taken', 'busy', 'storage', 'last-face'] as const;
  house.neighbours.refuseNext =
    roll(8) === 0 ? refusal(reasons[roll(reasons.length)] ?? 'busy', 'cannot do this') : undefined;
  house.updateRefusal = roll(8) === 0 ? 'cannot update: nothing is installed' : undefined;
  if (roll(50) === 0) house.show();
}

test('every answer of every route is one that the document describes: status, type and shape; nothing is logged as an error', async (t) => {
  const { house, site } = await openHouse(t, (before) => {
    let pushes = 0;
    before.push = async () => ({ outcome: pushes++ % 2 === 0 ? 'busy' : 'accepted', message: 'cannot show it' });
  });
  const operations = await operationsOf(site);
  const roll = dice(20);
  const seen = new Set<string>();
  for (const operation of operations) {
    for (let round = 0; round < askedOfEach; round += 1) {
      unsettle(house, roll);
      const sent = requestFor(operation, roll);
      const answer = await site.inject(sent);
      // Another path than the one described: what is filled in may lead to a neighbour, or nowhere.
      if (answer.statusCode === 405 || (answer.statusCode === 404 && operation.responses[404] === undefined)) continue;
      hold(operation, answer, sent);
      seen.add(`${operation.method} ${answer.statusCode}`);
    }
  }
  assert.deepEqual(house.errors, []);
  for (const answer of [
    'GET 200',
    'GET 400',
    'GET 401',
    'GET 403',
    'GET 404',
    'GET 414',
    'HEAD 200',
    'POST 413',
    'POST 415',
    'PUT 201',
    'DELETE 204',
    'OPTIONS 204',
  ])
    assert.ok(seen.has(answer), `never seen: ${answer}; seen ${[...seen].join(', ')}`);
});
