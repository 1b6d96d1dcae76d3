import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeAftermath, newAftermath, withLook, type Condition } from '../../../src/update/judge/aftermath.ts';
import type { FallBackReason } from '../../../src/update/fall-back.ts';

const minuteMs = 60_000;
const limits = { unwellMsMax: 30 * minuteMs };
type Statuses = Readonly<Record<string, string>>;

function look(minute: number, statuses: Statuses, pressesUnanswered = 0): Condition {
  const checks = Object.fromEntries(Object.entries(statuses).map(([name, status]) => [name, { status, runs: 1 }]));
  return { atMs: minute * minuteMs, checks, pressesUnanswered };
}

/** What is found after a look every minute. */
function after(
  minutes: number,
  statusesAt: (minute: number) => Statuses,
  wellAtCommit: readonly string[] = ['inference'],
): FallBackReason | undefined {
  let aftermath = newAftermath(wellAtCommit);
  let found: FallBackReason | undefined;
  for (let minute = 0; minute <= minutes; minute += 1) {
    const condition = look(minute, statusesAt(minute));
    aftermath = withLook(aftermath, condition);
    found ??= judgeAftermath(aftermath, condition, limits);
  }
  return found;
}

test('a check that was well and stays unhealthy for long leads back; one that comes back, or never was well, does not', () => {
  const lost = after(60, () => ({ inference: 'unhealthy' }));
  assert.deepEqual(lost, { reason: 'health-lost', message: 'check inference was well and is unhealthy for 30 min' });
  assert.equal(
    after(29, () => ({ inference: 'unhealthy' })),
    undefined,
  );
  assert.equal(
    after(90, (minute) => ({ inference: minute % 20 === 0 ? 'degraded' : 'unhealthy' })),
    undefined,
  );
  assert.equal(
    after(90, () => ({ inference: 'unhealthy' }), []),
    undefined,
  );
  assert.equal(after(90, (minute) => ({ inference: minute < 2 ? 'healthy' : 'unhealthy' }), [])?.reason, 'health-lost');
  assert.equal(
    after(90, () => ({ inference: 'unknown' })),
    undefined,
    'what nobody knows is no fault',
  );
});

test('a cable, a network, a full disk and a machine without time are not the release', () => {
  const names = ['camera', 'notifications', 'settings', 'audit', 'disk', 'system_resources'];
  const unwell = Object.fromEntries(names.map((name) => [name, 'unhealthy']));
  assert.equal(
    after(90, () => unwell, names),
    undefined,
  );
  assert.equal(
    after(90, () => ({ inference: 'unhealthy', system_resources: 'unhealthy' })),
    undefined,
  );
});

test('presses that do not ring lead back, three in a row, and not while the machine is in the way', () => {
  const found = (presses: number, statuses: Statuses = {}): string | undefined =>
    judgeAftermath(newAftermath(), look(1, statuses, presses), limits)?.reason;
  assert.deepEqual([found(2), found(3)], [undefined, 'presses-unanswered']);
  assert.equal(found(9, { disk: 'unhealthy' }), undefined);
  assert.equal(found(9, { system_resources: 'unhealthy' }), undefined);
});
