import assert from 'node:assert/strict';
import test from 'node:test';
import { openHouse } from './house.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

test('what an address cannot do is 405 with Allow; OPTIONS says what it can; an address that is none is 404', async (t) => {
  const { site } = await openHouse(t);
  const { paths: described } = (await site.inject('/openapi.json')).json();
  const operations = Object.entries<object>(described).flatMap(([path, some]) =>
    Object.keys(some).map((method) => ({ path, method: method.toUpperCase() })),
  );
  const paths = [...new Set(operations.map(({ path }) => path))];
  assert.ok(paths.length > 30);
  for (const path of paths) {
    const url = path.replaceAll(/\{\w+\}/g, '1');
    // What is called /accept may be meant as an id, too.
    const patternOf = (one: string): RegExp => new RegExp(`^${one.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    const fitting = operations.filter((one) => patternOf(one.path).test(url));
    const here = [...new Set(fitting.map(({ method }) => method))];
    const options = await site.inject({ method: 'OPTIONS', url });
    const allowed = String(options.headers['allow']).split(', ');
    assert.deepEqual([options.statusCode, ...allowed.toSorted()], [204, ...here.toSorted()], path);
    for (const method of [...methods, 'PROPFIND', 'TRACE'].filter((one) => !here.includes(one))) {
      const answer = await site.inject({ method: method as 'GET', url });
      assert.deepEqual([answer.statusCode, answer.headers['allow']], [405, allowed.join(', ')], `${method} ${path}`);
      assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
    }
  }
  for (const method of methods)
    assert.equal((await site.inject({ method: method as 'GET', url: '/nothing' })).statusCode, 404);
});
