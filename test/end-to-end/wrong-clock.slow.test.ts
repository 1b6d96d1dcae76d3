/** Clocks that are wrong: a Pi without a battery wakes up in the past, and sometimes in another year. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type TestContext } from 'node:test';
import { newFolder, startAppliance, waitFor } from './appliance-process.ts';

const dayMs = 86_400_000;

/** The wall clock alone is off: the monotonic one is the kernel's. */
function wallClockOff(days: number): string {
  const shift = `const now = Date.now; Date.now = () => now() + ${days * dayMs};`;
  return `--import data:text/javascript,${encodeURIComponent(shift)}`;
}

/** Runs a bell whose clock is off until it has swept what was there, or has rung: what came after a sweep waits for the next. */
async function liveOnce(
  t: TestContext,
  home: string,
  { days, rings }: { days: number; rings: boolean },
): Promise<void> {
  const environment = { NODE_OPTIONS: wallClockOff(days) };
  const settings = { 'camera.source': 'none', 'retention.days': '1' };
  const appliance = await startAppliance(t, { home, environment, settings });
  if (rings) assert.equal((await appliance.type('ring')).code, 0);
  else await waitFor(`a sweep at ${days} days`, () => count(home, 'seen_ms IS NULL') === 0);
  assert.equal((await appliance.stop()).code, 0);
}

function count(home: string, condition: string): number {
  const database = new DatabaseSync(join(home, 'doorward.db'), { readOnly: true });
  const found = database.prepare(`SELECT count(*) AS visits FROM visits WHERE ${condition}`).get();
  database.close();
  return Number(found?.['visits']);
}

/** So that the next sweep shows: it sees again what nobody has seen. */
function forgetSight(home: string): void {
  const database = new DatabaseSync(join(home, 'doorward.db'));
  database.exec('UPDATE visits SET seen_ms = NULL');
  database.close();
}

test('no start with a wrong clock removes a visit, nor does the right clock after it', async (t) => {
  const home = join(newFolder(t), 'home');
  await liveOnce(t, home, { days: -60, rings: true });
  for (const days of [0, 400, -20_000, 0]) {
    forgetSight(home);
    await liveOnce(t, home, { days, rings: false });
    assert.equal(count(home, 'true'), 1, `the visit is gone after a start ${days} days off`);
  }
});
