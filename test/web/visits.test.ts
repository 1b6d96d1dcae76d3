import assert from 'node:assert/strict';
import test from 'node:test';
import { refusal } from '../../src/people/acts.ts';
import { jpeg, openHouse } from './house.ts';
import { monday, visitOf } from './neighbours.ts';

test('visits and the bell over HTTP', async (t) => {
  const { house, site } = await openHouse(t);
  const { neighbours } = house;
  const post = (url: string, payload?: object) =>
    site.inject({ method: 'POST', url, ...(payload === undefined ? {} : { payload }) });

  await t.test('the status says how the camera is and how much is kept', async () => {
    const status = (await site.inject('/api/v1/status')).json();
    assert.equal(status.version, '1.2.3');
    assert.equal(status.timeZone, 'Asia/Tokyo', 'the page shows times as they are in the household');
    assert.equal(status.camera.state, 'starting');
    assert.equal(status.camera.isPush, false);
    assert.deepEqual(status.counts, { people: 2, referenceFaces: 1, visits: 1, strangers: 1, pendingNotifications: 0 });
  });

  await t.test('a trigger rings with the request as its correlation id, with or without a body', async () => {
    const bare = await post('/api/v1/trigger');
    assert.equal(bare.statusCode, 202);
    assert.deepEqual(bare.json(), { visitId: 'visit-1', joined: false });
    await post('/api/v1/trigger', { source: 'command', press: 'double' });
    const [first, second] = house.rings;
    assert.deepEqual(first, { source: 'api', triggerId: bare.headers['x-request-id'] });
    assert.equal(second?.source, 'command');
    assert.equal(second?.press, 'double');
    house.ringAnswer = { outcome: 'refused', message: 'cannot ring: the bell is stopping' };
    const refused = await post('/api/v1/trigger');
    assert.equal(refused.statusCode, 503);
    assert.equal(refused.json().message, 'cannot ring: the bell is stopping');
  });

  await t.test('the list is bounded, filtered and paged', async () => {
    neighbours.past = [
      visitOf('visit-1', { startedMs: monday + 3 }),
      visitOf('visit-2', { startedMs: monday + 2, outcome: 'stranger', personId: undefined, personName: undefined }),
      visitOf('visit-3', { startedMs: monday + 1 }),
    ];
    const ids = async (query: string) => {
      const answer = (await site.inject(`/api/v1/visits?${query}`)).json();
      return { ids: answer.visits.map(({ id }: { id: string }) => id), before: answer.before };
    };
    assert.deepEqual(await ids('limit=2'), { ids: ['visit-1', 'visit-2'], before: monday + 2 });
    assert.deepEqual(await ids(`limit=2&before=${monday + 2}`), { ids: ['visit-3'], before: null });
    assert.deepEqual((await ids('id=visit-3')).ids, ['visit-3']);
    assert.deepEqual((await ids('outcome=stranger')).ids, ['visit-2']);
    assert.deepEqual((await ids('person=ada')).ids, ['visit-1', 'visit-3']);
  });

  await t.test('one visit tells everything its decision rested on, and not what was sent', async () => {
    const base = {
      visitId: 'visit-1',
      kind: 'name',
      channel: 'webhook',
      priority: 'normal',
      idempotencyKey: 'k',
    } as const;
    const rest = {
      payload: '{"secret":1}',
      attempts: 2,
      dueMs: 0,
      status: 'failed',
      lastError: 'answered 500',
      createdMs: 5,
    } as const;
    neighbours.notifications = [{ id: 'n', ...base, ...rest }];
    neighbours.triggers = [{ id: 't', visitId: 'visit-1', source: 'button', press: 'press', atMs: monday }];
    const answer = await site.inject('/api/v1/visits/visit-1');
    const visit = answer.json();
    assert.equal(visit.personName, 'Ada');
    assert.match(visit.reason, /^Ada: distance 0\.31/);
    assert.deepEqual(visit.decision.candidates[1], { personId: 'grace', name: 'Grace', distance: 0.61, frames: 0 });
    assert.equal(visit.decision.quality.widthPx, 90);
    assert.equal(visit.decision.thresholds.known, 0.5);
    assert.equal(visit.trace.named, 640);
    assert.deepEqual(visit.triggers, [{ source: 'button', press: 'press', atMs: monday }]);
    assert.equal(visit.notifications[0].lastError, 'answered 500');
    assert.ok(!answer.body.includes('secret'));
  });

  await t.test('an open visit says null, not nothing', async () => {
    const open = {
      phase: 'open',
      outcome: undefined,
      personId: undefined,
      personName: undefined,
      reason: undefined,
    } as const;
    neighbours.past.push(
      visitOf('visit-9', {
        ...open,
        decision: undefined,
        picture: undefined,
        thumbnail: undefined,
        frames: [],
        trace: {},
      }),
    );
    const visit = (await site.inject('/api/v1/visits/visit-9')).json();
    assert.deepEqual(
      [visit.outcome, visit.reason, visit.picture, visit.decision, visit.trace],
      [null, null, null, null, {}],
    );
  });

  await t.test('pictures come from the home, are kept by the browser, and nothing else is reachable', async () => {
    const url = '/api/v1/visits/visit-1/picture.jpg';
    const answer = await site.inject(url);
    assert.deepEqual(house.looks.splice(0), ['neighbour visit/visit-1']);
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers['content-type'], 'image/jpeg');
    assert.deepEqual(answer.rawPayload, jpeg);
    assert.equal(
      answer.headers['cache-control'],
      'private, no-cache, must-revalidate',
      'a picture must not outlive a log-out',
    );
    const again = await site.inject({ url, headers: { 'if-none-match': String(answer.headers.etag) } });
    assert.equal(again.statusCode, 304);
    assert.equal(again.body, '');
    const etag = String(answer.headers.etag);
    for (const [known, status] of [
      ['*', 304],
      [`W/${etag}`, 304],
      [`"older", ${etag}`, 304],
      ['"older"', 200],
      [etag.replaceAll('"', ''), 200],
    ] as const)
      assert.equal((await site.inject({ url, headers: { 'if-none-match': known } })).statusCode, status, known);
    assert.equal((await site.inject({ url: '/', headers: { 'if-none-match': '*' } })).statusCode, 304, 'the page');
    assert.equal((await site.inject({ url: `${url}x`, headers: { 'if-none-match': '*' } })).statusCode, 404);
    for (const part of ['thumbnail.jpg', 'frames/0.jpg'])
      assert.equal((await site.inject(`/api/v1/visits/visit-1/${part}`)).statusCode, 200);
    assert.equal((await site.inject('/api/v1/strangers/stranger-1/thumbnail.jpg')).statusCode, 200);
    assert.deepEqual(
      house.looks.slice(-3),
      ['visit', 'visit', 'stranger'].map((what) => `neighbour ${what}/${what}-1`),
    );
    assert.equal((await site.inject('/api/v1/visits/visit-1/frames/7.jpg')).statusCode, 404);
    assert.equal((await site.inject('/api/v1/visits/visit-3/picture.jpg')).statusCode, 404, 'the file is gone');
    for (const picture of [
      'secret.jpg',
      'visits/../secret.jpg',
      '../../etc/passwd',
      '/etc/passwd',
      'visits/visit-1/../../secret.jpg',
    ]) {
      neighbours.past.unshift(visitOf('bad', { picture }));
      assert.equal((await site.inject('/api/v1/visits/bad/picture.jpg')).statusCode, 404, picture);
      neighbours.past.shift();
    }
  });

  await t.test('people say who it was, or that it was not; the answer is the visit as it is now', async () => {
    const was = await post('/api/v1/visits/visit-2/correct', { personId: 'grace' });
    assert.equal(was.statusCode, 200);
    assert.equal(was.json().personName, 'Grace');
    const wasNot = await post('/api/v1/visits/visit-2/correct', { personId: null });
    assert.equal(wasNot.json().personName, null);
    assert.deepEqual(
      neighbours.acts.map(({ request }) => request),
      [
        { visitId: 'visit-2', verdict: { kind: 'was', personId: 'grace' }, actor: 'api' },
        { visitId: 'visit-2', verdict: { kind: 'was-not' }, actor: 'api' },
      ],
    );
    neighbours.refuseNext = refusal('visit-under-way', 'cannot correct: the visit is still going on');
    assert.equal((await post('/api/v1/visits/visit-2/correct', { personId: null })).statusCode, 409);
    assert.equal((await post('/api/v1/visits/visit-2/correct', {})).statusCode, 400);
    assert.equal((await post('/api/v1/visits/visit-2/correct', { personId: 7 })).statusCode, 400);
  });

  await t.test('the face of a visit is enrolled, or refused with the reason', async () => {
    const enrolled = await post('/api/v1/visits/visit-1/enrol', { name: 'Joan' });
    assert.equal(enrolled.statusCode, 201);
    assert.equal(enrolled.json().person.name, 'Joan');
    assert.equal(enrolled.json().isNew, true);
    neighbours.refuseNext = refusal(
      'face-too-small',
      'cannot use this face: it is 31 px wide, 48 needed: stand closer',
    );
    const refused = await post('/api/v1/visits/visit-1/enrol', { personId: 'ada' });
    assert.equal(refused.statusCode, 422);
    assert.equal(refused.json().code, 'face-too-small');
    assert.match(refused.json().message, /31 px wide/);
    assert.equal((await post('/api/v1/visits/visit-1/enrol', { name: 'Joan', personId: 'ada' })).statusCode, 400);
  });

  await t.test('a visit is forgotten', async () => {
    assert.equal((await site.inject({ method: 'DELETE', url: '/api/v1/visits/visit-1' })).statusCode, 204);
    assert.equal((await site.inject('/api/v1/visits/visit-1')).statusCode, 404);
    neighbours.refuseNext = refusal('no-such-visit', 'cannot find this visit');
    assert.equal((await site.inject({ method: 'DELETE', url: '/api/v1/visits/visit-1' })).statusCode, 404);
  });
});
