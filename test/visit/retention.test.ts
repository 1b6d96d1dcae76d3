import assert from 'node:assert/strict';
import test from 'node:test';
import { homeAt } from '../../src/system/home.ts';
import { decide } from '../../src/visit/decide.ts';
import { runRetention, sweep } from '../../src/visit/retention.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import { PlainStore } from '../fakes/plain-store.ts';
import { RecordingLog } from '../fakes/recorders.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';
import { recognition } from './visit-world.ts';

const dayMs = 86_400_000;

/** `visits`: the first was recorded first, a day of running before the next, whatever the wall clock said. */
async function houseWith(
  visits: number,
  startedMs: (day: number) => number = (day) => (100 + day) * dayMs,
): Promise<{ clock: SteppedClock; store: PlainStore; disk: MemoryDisk }> {
  const clock = new SteppedClock({ wallStartMs: 100 * dayMs });
  const store = new PlainStore();
  const disk = new MemoryDisk();
  for (let day = 0; day < visits; day += 1) {
    await recordVisit({ store, disk }, `visit-${day}`, startedMs(day));
    await store.write('markSeen', { livedMs: day * dayMs });
  }
  return { clock, store, disk };
}

async function recordVisit(
  { store, disk }: Pick<House, 'store' | 'disk'>,
  id: string,
  startedMs: number,
): Promise<void> {
  const { decision } = decide([], { recognition, recogniser: 'test' });
  const trigger = { id: `trigger-${id}`, visitId: id, source: 'api', press: undefined, atMs: startedMs } as const;
  await store.write('openVisit', { visit: { id, source: 'api', startedMs }, trigger, notifications: [] });
  const frame = `visits/${id}/frame-0.jpg`;
  await disk.write(`/home/${frame}`, new Uint8Array(1000));
  await store.write('saveFrames', { visitId: id, frames: [frame] });
  await store.write('decideVisit', {
    visitId: id, outcome: 'no-face', personId: undefined, strangerId: undefined, reason: 'no face', decision, trace: {},
    picture: frame, thumbnail: undefined, face: undefined, notifications: [], decidedMs: startedMs + 100,
  }); // prettier-ignore
}

interface House {
  readonly clock: SteppedClock;
  readonly store: PlainStore;
  readonly disk: MemoryDisk;
}

type Limits = Partial<Parameters<typeof sweep>[0]['settings']>;

function partsOf(house: House, limits: Limits, under = ''): Parameters<typeof sweep>[0] & { refreshed: number } {
  const parts = {
    ...house, home: homeAt('/home'), log: new RecordingLog(), refreshed: 0, gallery: { refresh: () => (parts.refreshed += 1) },
    settings: { days: 30, bytesMax: 1e9, visitsMax: 1000, ...limits }, isUnderWay: (id: string) => id === under,
  }; // prettier-ignore
  return parts;
}

/** `livedMs`: how long the bell has run. */
async function sweepIn(
  house: House,
  { livedMs = 6 * dayMs, ...limits }: Limits & { livedMs?: number },
  under = '',
): Promise<{ ids: string[]; refreshed: number; orphans: ReadonlySet<string> }> {
  const parts = partsOf(house, limits, under);
  const { orphans } = await sweep(parts, livedMs, new Set());
  return { ids: idsIn(house), refreshed: parts.refreshed, orphans };
}

/** Last recorded first. */
function idsIn({ store }: House): string[] {
  return store.read.visitsRecorded(100).map(({ id }) => id);
}

test('visits older than the days allowed go, with their pictures', async () => {
  const house = await houseWith(6);
  const { ids, refreshed } = await sweepIn(house, { days: 3 });
  assert.deepEqual(ids, ['visit-5', 'visit-4', 'visit-3']);
  assert.deepEqual(
    house.disk.paths,
    ids.toReversed().map((id) => `/home/visits/${id}/frame-0.jpg`),
  );
  assert.equal(refreshed, 1, 'the gallery forgets their faces');
});

test('when the pictures take too much, the oldest visits go', async () => {
  const house = await houseWith(6);
  const { ids } = await sweepIn(house, { bytesMax: 2500 });
  assert.deepEqual(ids, ['visit-5', 'visit-4']);
  assert.equal(house.disk.paths.length, 2);
});

test('there are never more visits than allowed', async () => {
  const house = await houseWith(6);
  assert.deepEqual((await sweepIn(house, { visitsMax: 4 })).ids.length, 4);
});

test('files that no row knows are removed; those of a visit under way are not', async () => {
  const house = await houseWith(1);
  await house.disk.write('/home/visits/lost/frame-0.jpg', 'x');
  await house.disk.write('/home/visits/now/frame-0.jpg', 'x');
  const { orphans } = await sweepIn(house, {}, 'now');
  assert.deepEqual([...orphans], ['lost'], 'its row may wait for the disk');
  house.clock.wallStartMs += 400 * dayMs;
  assert.equal(house.disk.paths.length, 3, 'whatever the clock says');
  await sweep(partsOf(house, {}, 'now'), 6 * dayMs, orphans);
  assert.deepEqual(house.disk.paths, ['/home/visits/now/frame-0.jpg', '/home/visits/visit-0/frame-0.jpg']);
});

test('a file that cannot be removed is tried again by the next sweep', async () => {
  const house = await houseWith(3);
  house.disk.before = (act) => {
    if (act === 'remove') throw new Error('cannot remove: the disk is read-only');
  };
  await sweepIn(house, { visitsMax: 1 }).catch(() => {});
  assert.equal(house.disk.paths.length, 3);
  house.disk.before = () => {};
  await sweepIn(house, { visitsMax: 1 });
  assert.deepEqual(house.disk.paths, ['/home/visits/visit-2/frame-0.jpg']);
});

test('no wrong clock removes a visit: of 1970, of another year, ahead and back again', async () => {
  const wrong = [0, 40 * dayMs, 500 * dayMs, 100 * dayMs, 99 * dayMs, 9e14];
  const house = await houseWith(6, (day) => wrong[day] ?? 0);
  for (const wallMs of [0, 100 * dayMs, 500 * dayMs, 4e12]) {
    const clock = new SteppedClock({ wallStartMs: wallMs });
    const end = new AbortController();
    const sweeping = runRetention(partsOf({ ...house, clock }, { days: 1 }), end.signal);
    await clock.advance(60 * 60_000);
    end.abort();
    await sweeping;
    assert.equal(idsIn(house).length, 6, `at ${wallMs}`);
  }
});

test('what must go for its number or its size is what was recorded first, whatever its clock said', async () => {
  const house = await houseWith(4, (day) => (day === 3 ? 0 : (200 - day) * dayMs));
  assert.deepEqual((await sweepIn(house, { visitsMax: 2 })).ids, ['visit-3', 'visit-2']);
  assert.deepEqual((await sweepIn(house, { bytesMax: 1500 })).ids, ['visit-3']);
});

test('the bell counts the time that it runs, over all its lives, and no other', async () => {
  const house = await houseWith(0);
  await recordVisit(house, 'visit', 0);
  const settings = { days: 1 };
  for (let life = 0; life < 4; life += 1) {
    assert.equal(idsIn(house).length, 1, `life ${life}`);
    const clock = new SteppedClock({ wallStartMs: life * 1000 * dayMs });
    const end = new AbortController();
    const sweeping = runRetention(partsOf({ ...house, clock }, settings), end.signal);
    for (let hour = 0; hour < 7; hour += 1) await clock.advance(60 * 60_000);
    end.abort();
    await sweeping;
  }
  assert.deepEqual(idsIn(house), [], 'it ran for a day');
});
