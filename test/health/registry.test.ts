import assert from 'node:assert/strict';
import test from 'node:test';
import { HealthRegistry, type CheckResult, type HealthStatus } from '../../src/health/registry.ts';
import type { Clock } from '../../src/system/clock.ts';

const well: CheckResult = { status: 'healthy', message: 'fine', details: { percent: 3 } };

/** A clock whose waits end when the test moves it on. */
class PatientClock implements Clock {
  #nowMs = Date.parse('2026-11-20T18:30:00Z');
  readonly #waits: { dueMs: number; end: () => void }[] = [];

  uptimeMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#nowMs;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((end) => {
      this.#waits.push({ dueMs: this.#nowMs + durationMs, end });
      signal?.addEventListener('abort', () => end(), { once: true });
    });
  }

  async advance(durationMs: number): Promise<void> {
    this.#nowMs += durationMs;
    for (const wait of this.#waits.splice(0)) {
      if (wait.dueMs <= this.#nowMs) wait.end();
      else this.#waits.push(wait);
    }
    await new Promise(setImmediate);
  }
}

function newRegistry(): { registry: HealthRegistry; clock: PatientClock } {
  const clock = new PatientClock();
  return { registry: new HealthRegistry(clock), clock };
}

test('the summary and the report have the shapes of the contract', async () => {
  const { registry } = newRegistry();
  registry.register({ name: 'system_resources', check: () => well });
  registry.register({ name: 'database_connectivity', check: async () => ({ status: 'degraded', message: 'slow' }) });
  await registry.runOnce();
  assert.deepEqual(registry.summary(), {
    status: 'degraded',
    checks: { system_resources: 'healthy', database_connectivity: 'degraded' },
  });
  assert.deepEqual(registry.report(), {
    overall_status: 'degraded',
    timestamp: '2026-11-20T18:30:00.000Z',
    checks: {
      system_resources: {
        check_name: 'system_resources', status: 'healthy', message: 'fine', timestamp: '2026-11-20T18:30:00.000Z',
        details: { percent: 3 },
      },
      database_connectivity: {
        check_name: 'database_connectivity', status: 'degraded', message: 'slow', timestamp: '2026-11-20T18:30:00.000Z',
        details: {},
      },
    },
    summary: { total_checks: 2, healthy: 1, degraded: 1, unhealthy: 0, unknown: 0 },
  }); // prettier-ignore
});

test('a check that never ran is unknown, and so is an appliance without checks', () => {
  const { registry } = newRegistry();
  assert.equal(registry.summary().status, 'unknown');
  registry.register({ name: 'camera', check: () => well });
  assert.deepEqual(registry.summary(), { status: 'unknown', checks: { camera: 'unknown' } });
});

test('a check that throws did not run', async () => {
  const { registry } = newRegistry();
  registry.register({
    name: 'camera',
    check: () => {
      throw new Error('no such device');
    },
  });
  await registry.runOnce();
  assert.deepEqual(registry.report().checks['camera']?.message, 'cannot check: no such device');
  assert.equal(registry.summary().status, 'unknown');
});

test('a check that hangs is unknown after two seconds, is not started again, and counts when it answers', async () => {
  const { registry, clock } = newRegistry();
  let answer: (result: CheckResult) => void = () => undefined;
  let starts = 0;
  registry.register({
    name: 'disk',
    check: () => {
      starts += 1;
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
  });
  const ran = registry.runOnce();
  await clock.advance(2000);
  await ran;
  assert.match(registry.report().checks['disk']?.message ?? '', /no answer within 2000 ms/);
  await registry.runOnce();
  assert.equal(starts, 1);
  answer(well);
  await clock.advance(0);
  assert.equal(registry.summary().status, 'healthy');
});

test('a result that grew old is unknown: the loop that should have renewed it is not running', async () => {
  const { registry, clock } = newRegistry();
  registry.register({ name: 'camera', intervalMs: 1000, check: () => well });
  await registry.runOnce();
  await clock.advance(5000);
  assert.equal(registry.summary().status, 'healthy');
  await clock.advance(1);
  assert.equal(registry.summary().status, 'unknown');
  assert.match(registry.report().checks['camera']?.message ?? '', /not checked for 5 s; then: fine/);
});

test('every check runs at its own interval until the end', async () => {
  const { registry, clock } = newRegistry();
  let runs = 0;
  registry.register({
    name: 'camera',
    intervalMs: 1000,
    check: () => {
      runs += 1;
      return well;
    },
  });
  const end = new AbortController();
  const running = registry.run(end.signal);
  for (const durationMs of [0, 1000, 1000, 1000]) await clock.advance(durationMs);
  end.abort();
  await running;
  assert.equal(runs, 4);
});

test('the worst known status is the status of all', async () => {
  const table: [HealthStatus[], HealthStatus][] = [
    [['healthy', 'healthy'], 'healthy'],
    [['healthy', 'unknown'], 'unknown'],
    [['unknown', 'degraded'], 'degraded'],
    [['degraded', 'unhealthy', 'unknown'], 'unhealthy'],
  ];
  for (const [statuses, overall] of table) {
    const { registry } = newRegistry();
    for (const [index, status] of statuses.entries())
      registry.register({ name: `c${index}`, check: () => ({ status, message: '' }) });
    await registry.runOnce();
    assert.equal(registry.summary().status, overall, statuses.join());
  }
});

test('ready when every needed check ran and none is unhealthy', async () => {
  const { registry } = newRegistry();
  let database: HealthStatus = 'healthy';
  registry.register({
    name: 'database_connectivity',
    isNeeded: true,
    check: () => ({ status: database, message: '' }),
  });
  registry.register({ name: 'camera', check: () => ({ status: 'unhealthy', message: '' }) });
  assert.equal(registry.readiness().isReady, false, 'not before it ran');
  await registry.runOnce();
  assert.deepEqual(registry.readiness(), { isReady: true, checks: { database_connectivity: 'healthy' } });
  database = 'unhealthy';
  await registry.runOnce();
  assert.equal(registry.readiness().isReady, false);
});

test('a name stands for one check', () => {
  const { registry } = newRegistry();
  registry.register({ name: 'camera', check: () => well });
  assert.throws(
    () => registry.register({ name: 'camera', check: () => well }),
    /cannot register the check camera twice/,
  );
});
