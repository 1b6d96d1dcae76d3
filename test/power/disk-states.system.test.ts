import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { judgeDisk, type Complaint } from './judge-disk.ts';
import { openLoggedDisk } from './logged-disk.ts';
import { chooseStates, judgeStates } from './states.ts';
import { entriesBefore, readLog } from './write-log.ts';
import { nextSmallRelease, Writer, type Habit } from './writers.ts';

const diskBytes = 128 * 1024 * 1024;
const statesEach = 24;

interface Verdict {
  readonly states: number;
  readonly complaints: readonly Complaint[];
}

/** A writer of this habit on a disk of its own, then the power cut at many moments. */
async function cutOften(t: TestContext, habit: Habit): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-power-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const next = await nextSmallRelease(folder);
  const disk = await openLoggedDisk(join(folder, 'disk'), { bytes: diskBytes });
  const told: { visit: string; place: number }[] = [];
  const tell = (visit: string): void => void told.push({ visit, place: disk.place() });
  const writer = new Writer(habit, disk.mounted, folder);
  await writer.commit('a', '1.0.0');
  await writer.receive(tell);
  const from = disk.place();
  for (const [slot, version] of [
    ['b', '2.0.0'],
    ['a', '3.0.0'],
  ] as const) {
    // prettier-ignore
    await writer.commit(slot, version);
    await writer.receive(tell);
  }
  const to = disk.place();
  writer.close();
  await disk.close();
  const complaints: Complaint[] = [];
  const log = readLog(disk.log);
  const at = (place: number): number => entriesBefore(log, place);
  const states = chooseStates([{ label: habit, from: at(from), to: at(to) }], statesEach, new SeededRandom(1));
  mkdirSync(join(folder, 'states'));
  await judgeStates({
    log,
    base: disk.base,
    folder: join(folder, 'states'),
    states,
    judge: (mounted, state) => {
      const visits = told.filter((one) => at(one.place) <= state.at).map(({ visit }) => visit);
      return judgeDisk(mounted, { visits, hasRecord: true, next });
    },
    onJudged: (_state, found) => void complaints.push(...found),
  });
  return { states: states.length, complaints };
}

test('whatever the power cut leaves of what the real code writes is started, complete and updatable', async (t) => {
  const { states, complaints } = await cutOften(t, 'good');
  assert.equal(states, statesEach);
  assert.deepEqual(complaints, []);
});

for (const [habit, kinds] of [
  ['never syncs', ['unbootable']],
  ['has a lazy database', ['dataLost']],
  ['marks before it has written', ['unbootable']],
] as const)
  test(`a writer that ${habit} is caught`, async (t) => {
    const { complaints } = await cutOften(t, habit);
    for (const kind of kinds) assert.ok(complaints.some((complaint) => complaint.kind === kind), `nobody saw it: ${JSON.stringify(complaints)}`); // prettier-ignore
  });
