import assert from 'node:assert/strict';
import test from 'node:test';
import { refusal } from '../../src/people/acts.ts';
import type { CheckResult } from '../../src/health/registry.ts';
import { openHouse } from './house.ts';

test('settings, health and notifications over HTTP', async (t) => {
  let database: CheckResult = { status: 'healthy', message: 'answered in 1 ms', details: { durationMs: 1 } };
  const { house, site } = await openHouse(t, (before) => {
    before.health.register({ name: 'database_connectivity', isNeeded: true, check: () => database });
    before.health.register({ name: 'camera', check: () => ({ status: 'degraded', message: 'frames are stalled' }) });
  });

  await t.test('settings say where they come from and keep their secrets', async () => {
    const answer = await site.inject('/api/v1/settings');
    const [source, secret] = answer.json().settings;
    assert.deepEqual(
      [source.key, source.value, source.origin],
      ['camera.source', 'rtsp://••••••@door.local/1', 'device'],
    );
    assert.deepEqual([secret.value, secret.isSecret], ['••••••', true]);
    assert.ok(!answer.body.includes('hush') && !answer.body.includes('very-secret'));
  });

  await t.test("the device's own settings are changed, all or none", async () => {
    const patch = (payload: object) => site.inject({ method: 'PATCH', url: '/api/v1/settings', payload });
    const changed = await patch({ 'camera.framesPerSecond': 4, 'notify.quietHours': null });
    assert.equal(changed.statusCode, 200);
    assert.deepEqual(house.neighbours.acts.at(-1)?.request, { 'camera.framesPerSecond': 4, 'notify.quietHours': null });
    house.neighbours.refuseNext = refusal('storage', 'cannot set camera.width: 7 is less than 160');
    const refused = await patch({ 'camera.width': 7 });
    assert.deepEqual(
      [refused.statusCode, refused.json().message],
      [422, 'cannot set camera.width: 7 is less than 160'],
    );
    for (const wrong of [{}, { camera: { width: 640 } }, { '__proto__.x': 1 }, []])
      assert.equal((await patch(wrong)).statusCode, 400);
  });

  await t.test('a check that did not run is unknown; not ready before it ran', async () => {
    const health = await site.inject('/health');
    assert.equal(health.statusCode, 200);
    assert.equal(health.json().status, 'unknown');
    assert.equal((await site.inject('/ready')).statusCode, 503);
  });

  await t.test('health in the shape of the contract', async () => {
    await house.health.runOnce();
    assert.deepEqual((await site.inject('/health')).json(), {
      status: 'degraded',
      checks: { system_resources: 'healthy', database_connectivity: 'healthy', camera: 'degraded' },
    });
    const ready = await site.inject('/ready');
    assert.deepEqual([ready.statusCode, ready.json().status], [200, 'ready']);
    const report = (await site.inject('/api/v1/health')).json();
    assert.deepEqual(Object.keys(report), ['overall_status', 'timestamp', 'checks', 'summary']);
    const { timestamp, ...check } = report.checks.database_connectivity;
    assert.deepEqual(check, {
      check_name: 'database_connectivity',
      status: 'healthy',
      message: 'answered in 1 ms',
      details: { durationMs: 1 },
    });
    assert.match(timestamp, /^\d{4}-\d\d-\d\dT.*Z$/);
    assert.deepEqual(report.summary, { total_checks: 3, healthy: 2, degraded: 1, unhealthy: 0, unknown: 0 });
  });

  await t.test('unhealthy is 503 everywhere', async () => {
    database = { status: 'unhealthy', message: 'cannot read' };
    await house.health.runOnce();
    for (const url of ['/health', '/ready', '/api/v1/health'])
      assert.equal((await site.inject(url)).statusCode, 503, url);
    assert.equal((await site.inject('/ready')).json().status, 'not-ready');
  });

  await t.test('metrics are Prometheus text', async () => {
    const answer = await site.inject('/metrics');
    assert.match(String(answer.headers['content-type']), /^text\/plain; version=0\.0\.4/);
    assert.match(answer.body, /^known_faces_database_size 2$/m);
  });

  await t.test('a test notification names the channels', async () => {
    const answer = await site.inject({ method: 'POST', url: '/api/v1/notifications/test' });
    assert.deepEqual([answer.statusCode, answer.json()], [202, { channels: ['log', 'webhook'] }]);
  });

  await t.test('a flood is slowed down, watchers are not', async () => {
    const flood = await Promise.all(Array.from({ length: 1250 }, () => site.inject('/nothing')));
    const slowed = flood.filter(({ statusCode }) => statusCode === 429);
    assert.ok(slowed.length > 40, `${slowed.length} slowed`);
    assert.equal(slowed[0]?.json().code, 'too-many-requests');
    assert.ok(Number(slowed[0]?.headers['retry-after']) > 0);
    assert.equal((await site.inject('/metrics')).statusCode, 200);
  });
});
