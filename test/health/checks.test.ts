import assert from 'node:assert/strict';
import test from 'node:test';
import {
  checkAudit, checkCamera, checkComponents, checkDatabase, checkDisk, checkInference, checkNotifications, checkResources,
  checkTriggers,
} from '../../src/health/checks.ts'; // prettier-ignore

const calm = { cpuPercent: 10, memoryPercent: 20, temperatureCelsius: 50 };

test('processor and memory are degraded above 80 % and unhealthy above 95 %', () => {
  for (const resource of ['cpuPercent', 'memoryPercent'] as const) {
    assert.equal(checkResources({ ...calm, [resource]: 80 }).status, 'healthy');
    assert.equal(checkResources({ ...calm, [resource]: 80.1 }).status, 'degraded');
    assert.equal(checkResources({ ...calm, [resource]: 95.1 }).status, 'unhealthy');
  }
});

test('what was not measured is said, and without any measurement nothing is known', () => {
  const nothing = { cpuPercent: undefined, memoryPercent: undefined, temperatureCelsius: undefined };
  assert.equal(checkResources(nothing).status, 'unknown');
  const partly = checkResources({ ...nothing, memoryPercent: 20 });
  assert.equal(partly.status, 'healthy');
  assert.equal(partly.message, 'processor not measured, memory 20%, temperature not measured');
});

test('a processor that is too hot is no healthy one', () => {
  assert.equal(checkResources({ ...calm, temperatureCelsius: 81 }).status, 'degraded');
  assert.equal(checkResources({ ...calm, temperatureCelsius: 86 }).status, 'unhealthy');
});

test('a disk is degraded above 85 % and unhealthy above 95 %, and says what to do', () => {
  const disk = (freeBytes: number) => checkDisk({ mountPoint: '/', freeBytes, totalBytes: 1000 });
  assert.equal(disk(150).status, 'healthy');
  assert.equal(disk(149).status, 'degraded');
  assert.equal(disk(49).status, 'unhealthy');
  assert.match(disk(49).message, /^\/ 95% full: remove files, or shorten retention\.days$/);
  assert.equal(checkDisk({ mountPoint: '/', freeBytes: 0, totalBytes: 0 }).status, 'unknown');
});

test('components: all run, one stopped, none known', () => {
  assert.equal(checkComponents([]).status, 'unknown');
  assert.equal(checkComponents([{ name: 'capture', isRunning: true }]).status, 'healthy');
  const stopped = checkComponents([
    { name: 'capture', isRunning: true },
    { name: 'notify', isRunning: false, reason: 'crashed' },
  ]);
  assert.deepEqual([stopped.status, stopped.message], ['unhealthy', 'not running: notify (crashed)']);
});

test('the database answers, slowly, or not', () => {
  assert.equal(checkDatabase({ outcome: 'answered', durationMs: 2 }).status, 'healthy');
  assert.equal(checkDatabase({ outcome: 'answered', durationMs: 501 }).status, 'degraded');
  assert.equal(checkDatabase({ outcome: 'failed', reason: 'database is locked' }).status, 'unhealthy');
});

test('the camera flows, starts, stalls or has failed', () => {
  const statuses = (['flowing', 'starting', 'stalled', 'failed'] as const).map(
    (state) => checkCamera({ state, restarts: 0 }).status,
  );
  assert.deepEqual(statuses, ['healthy', 'degraded', 'degraded', 'unhealthy']);
  assert.match(checkCamera({ state: 'failed', restarts: 3, reason: 'no such device' }).message, /no such device/);
  const repeating = { state: 'flowing', restarts: 0, reason: 'it has shown the same picture for a while' } as const;
  assert.equal(checkCamera({ ...repeating, repeatedMs: 60_000 }).status, 'healthy');
  const frozen = checkCamera({ ...repeating, repeatedMs: 300_000 });
  assert.deepEqual([frozen.status, frozen.message.includes('switch the camera off and on')], ['degraded', true]);
});

test('the models are loaded or not', () => {
  assert.equal(checkInference({ outcome: 'loaded', recogniser: 'r' }).status, 'healthy');
  assert.equal(checkInference({ outcome: 'loading' }).status, 'degraded');
  assert.equal(checkInference({ outcome: 'failed', reason: 'the thread died' }).status, 'unhealthy');
});

test('notifications leave, pile up, or fail', () => {
  assert.equal(checkNotifications({ pending: 3, pendingMax: 1000 }).status, 'healthy');
  assert.equal(checkNotifications({ pending: 501, pendingMax: 1000 }).status, 'degraded');
  assert.equal(checkNotifications({ pending: 1, pendingMax: 1000, fault: 'webhook answers 500' }).status, 'degraded');
});

test('the audit chain is whole, broken, not verified, or cannot grow', () => {
  assert.equal(checkAudit({ isWhole: true, message: 'whole' }).status, 'healthy');
  assert.equal(checkAudit({ isWhole: false, message: 'line 3' }).status, 'degraded');
  assert.equal(checkAudit({ isWhole: undefined, message: 'being verified' }).status, 'unknown');
  assert.equal(checkAudit({ isWhole: true, message: 'whole', fault: 'the disk is full' }).status, 'degraded');
});

test('triggers are armed, stuck, or none', () => {
  assert.equal(checkTriggers({ armed: ['button', 'api'] }).status, 'healthy');
  assert.equal(checkTriggers({ armed: ['api'], fault: 'the button is stuck' }).status, 'degraded');
  assert.equal(checkTriggers({ armed: [] }).status, 'unhealthy');
});
