import assert from 'node:assert/strict';
import test from 'node:test';
import { untilOpenMs } from '../../src/update/maintenance-window.ts';

const hourMs = 3_600_000;
const at = (iso: string): number => Date.parse(iso);
const night = { window: '02:00-05:00', timeZone: 'Europe/Berlin' };

test('no window is always open', () => {
  assert.equal(untilOpenMs({ window: '', timeZone: 'UTC' }, 5), 0);
});

test('the window is that of the time zone, summer and winter', () => {
  assert.equal(untilOpenMs(night, at('2026-01-10T01:00:00Z')), 0);
  assert.equal(untilOpenMs(night, at('2026-01-10T00:30:00Z')), hourMs / 2);
  assert.equal(untilOpenMs(night, at('2026-07-10T00:00:00Z')), 0);
  assert.equal(untilOpenMs(night, at('2026-07-10T03:00:00Z')), 21 * hourMs);
});

test('on the nights when the clocks change, waiting ends inside the window [63]', () => {
  for (const start of ['2026-03-28T12:00:00Z', '2026-10-24T12:00:00Z']) {
    let now = at(start);
    for (let looks = 0; untilOpenMs(night, now) > 0; looks += 1) {
      assert.ok(looks < 1000);
      now += Math.min(untilOpenMs(night, now), 15 * 60_000);
    }
    const hour = Number(
      new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone: night.timeZone }).format(now),
    );
    assert.ok(hour >= 2 && hour < 5, `it opened at ${hour}`);
  }
});

test('a window may reach over midnight', () => {
  const late = { window: '23:00-01:00', timeZone: 'UTC' };
  assert.equal(untilOpenMs(late, at('2026-01-10T23:30:00Z')), 0);
  assert.equal(untilOpenMs(late, at('2026-01-10T00:59:00Z')), 0);
  assert.equal(untilOpenMs(late, at('2026-01-10T22:00:00Z')), hourMs);
});

test('an hour that the clocks leave out opens no window that day, and one that comes twice opens it for both', () => {
  const skipped = { window: '02:15-02:45', timeZone: 'Europe/Berlin' };
  for (let minute = 0; minute < 24 * 60; minute += 5)
    assert.ok(untilOpenMs(skipped, at('2026-03-29T00:00:00Z') + minute * 60_000) > 0, `open at ${minute}`);
  assert.equal(untilOpenMs(skipped, at('2026-03-30T00:30:00Z')), 0, 'the next day it opens again');
  const open = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map((time) => untilOpenMs(skipped, at(time)));
  assert.deepEqual(open, [0, 0]);
});

test('without a time zone it is the machine that says what time it is', () => {
  const window = '02:00-03:00';
  const timeZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (let hour = 0; hour < 24; hour += 1) {
    const now = at('2026-06-01T00:00:00Z') + hour * hourMs;
    assert.equal(untilOpenMs({ window, timeZone: '' }, now), untilOpenMs({ window, timeZone }, now));
  }
});
