import assert from 'node:assert/strict';
import test from 'node:test';
import { Check } from 'typebox/schema';
import type { SelfTestReport } from '../../src/visit/self-test/report.ts';
import { openHouse } from './house.ts';

const none = { right: 0, missed: 0, wrong: 0 };
const report: SelfTestReport = {
  atMs: 1_790_000_000_000, days: 30, recogniser: 'test', state: 'good', verdict: 'Well: all of 2 pictures would get the right name.',
  cases: 2, right: 2, strangersPerName: 1000,
  pictures: { enrolled: 2, tried: 2, known: 2, probably: 0, missed: 0, wrong: 0, waiting: 0 },
  people: [{ personId: 'ada', name: 'Ada', pictures: 2, tried: 2, known: 2, probably: 0, missed: 0, wrong: 0 }],
  alike: null, strangers: { tried: 0, named: 0, nearest: null },
  visits: { looked: 0, faceless: 0, same: 0, namedNow: 0, lost: 0, otherName: 0 },
  said: { door: none, now: none }, advice: [], settings: { 'recognition.strangersPerName': 2000 },
}; // prettier-ignore

test('a self-test is made when it is asked for, described in the document, and refused while one is made', async (t) => {
  const { house, site } = await openHouse(t);
  const url = '/api/v1/self-test';
  const post = (payload?: object) =>
    site.inject({ method: 'POST', url, ...(payload === undefined ? {} : { payload }) });
  assert.deepEqual((await site.inject(url)).json(), { selfTest: null });
  const busy = await post();
  assert.deepEqual([busy.statusCode, busy.json().message], [429, 'cannot make two self-tests at once']);
  assert.match(String(busy.headers['retry-after']), /^\d+$/);
  house.neighbours.selfTestReport = report;
  assert.deepEqual((await post()).json(), report, '30 days when nothing is said');
  assert.equal((await post({})).json().days, 30);
  assert.equal((await post({ days: 7 })).json().days, 7);
  for (const wrong of [{ days: 0 }, { days: 366 }, { days: '7' }, { day: 7 }])
    assert.equal((await post(wrong)).statusCode, 400);
  const { paths } = (await site.inject('/openapi.json')).json();
  const { schema } = paths[url].post.responses[200].content['application/json'];
  assert.ok(Check(schema, report));
  assert.ok(!Check(schema, { ...report, verdict: 1 }));
});
