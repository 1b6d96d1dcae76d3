import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { eventTypes } from '../../src/system/event.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { StillClock } from './still-clock.ts';

test('promtool finds nothing to say about a page with every metric in use', async () => {
  const metrics = new Metrics({
    clock: new StillClock(),
    build: { version: '0.1.0', node: '24.21.0', recogniser: 'r' },
    gauges: () => ({
      knownFaces: 5, cpuPercent: 12, temperatureCelsius: 48, sessionsActive: 1, databaseBytes: 1, outboxPending: 0,
      isAuditVerified: true, inferenceBusyMs: 1,
      memory: { usedBytes: 100, totalBytes: 400, ownBytes: 50 },
      disks: [{ mountPoint: '/', usedPercent: 40 }],
      queues: [{ name: 'notifications', workerType: 'notify', size: 3 }],
      workers: [{ id: 'inference', type: 'thread', isHealthy: true }],
      accuracy: { recogniser: 'r', share: 0.99 },
      camera: { framesTotal: 1, restarts: 0, gapMsMax: 1 },
    }),
  }); // prettier-ignore
  for (const type of eventTypes) {
    const data = { stage: 'detect', durationMs: 5, confidence: 0.8, channel: 'log', notificationKind: 'ring' };
    metrics.count({ type, status: 'success', component: 'visit', data });
    metrics.count({ type, status: 'failure', component: 'visit', data: { errorType: 'odd "quote"\nand line' } });
  }
  metrics.httpRequest({ method: 'GET', endpoint: '/', status: 200, durationMs: 3 });
  const { body } = await metrics.text();
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: body, encoding: 'utf8' });
  assert.equal(checked.error, undefined, 'promtool is missing: apt-get install prometheus');
  assert.equal(checked.stdout + checked.stderr, '');
  assert.equal(checked.status, 0);
});

test('promtool does look: a page with a value that is no number is refused', () => {
  const input = '# HELP a_total A.\n# TYPE a_total counter\na_total one\n';
  const checked = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
  assert.notEqual(checked.status, 0);
});
