import assert from 'node:assert/strict';
import test from 'node:test';
import { homeAt } from '../../src/system/home.ts';
import { decide } from '../../src/visit/decide.ts';
import { sweep } from '../../src/visit/retention.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import { PlainStore } from '../fakes/plain-store.ts';
import { RecordingLog } from '../fakes/recorders.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';
import { recognition } from './visit-world.ts';

const dayMs = 86_400_000;

async function houseWith(visits: number): Promise<{ clock: SteppedClock; store: PlainStore; disk: MemoryDisk }> {
  const clock = new SteppedClock({ wallStartMs: 100 * dayMs });
  const store = new PlainStore();
  const disk = new MemoryDisk();
  const { decision } = decide([], { recognition, recogniser: 'test' });
  for (let day = 0; day < visits; day += 1) {
    const id = `visit-${day}`;
    const startedMs = clock.wallMs() - day * dayMs;
    const trigger = { id: `trigger-${day}`, visitId: id, source: 'api', press: undefined, atMs: startedMs } as const;
    await store.write('openVisit', { visit: { id, source: 'api', startedMs }, trigger, notifications: [] });
    const frame = `visits/${id}/frame-0.jpg`;
    await disk.write(`/home/${frame}`, new Uint8Array(1000));
    await store.write('saveFrames', { visitId: id, frames: [frame] });
    await store.write('decideVisit', {
      visitId: id, outcome: 'no-face', personId: undefined, strangerId: undefined, reason: 'no face', decision, trace: {},
      picture: frame, thumbnail: undefined, face: undefined, notifications: [], decidedMs: startedMs + 100,
    }); // prettier-ignore
  }
  return { clock, store, disk };
}

type House = Awaited<ReturnType<typeof houseWith>>;

async function sweepIn(
  house: House,
  limits: { days?: number; bytesMax?: number; visitsMax?: number },
  under = '',
): Promise<{ ids: string[]; refreshed: number }> {
  let refreshed = 0;
  await sweep({
    ...house, home: homeAt('/home'), log: new RecordingLog(), gallery: { refresh: () => (refreshed += 1) },
    settings: { days: 30, bytesMax: 1e9, visitsMax: 1000, ...limits }, isUnderWay: (id) => id === under,
  }); // prettier-ignore
  return { ids: house.store.read.visits({ limit: 100 }).map(({ id }) => id), refreshed };
}

test('visits older than the days allowed go, with their pictures', async () => {
  const house = await houseWith(6);
  const { ids, refreshed } = await sweepIn(house, { days: 3 });
  assert.deepEqual(ids, ['visit-0', 'visit-1', 'visit-2', 'visit-3']);
  assert.deepEqual(
    house.disk.paths,
    ids.map((id) => `/home/visits/${id}/frame-0.jpg`),
  );
  assert.equal(refreshed, 1, 'the gallery forgets their faces');
});

test('when the pictures take too much, the oldest visits go', async () => {
  const house = await houseWith(6);
  const { ids } = await sweepIn(house, { bytesMax: 2500 });
  assert.deepEqual(ids, ['visit-0', 'visit-1']);
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
  await sweepIn(house, {}, 'now');
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
  assert.deepEqual(house.disk.paths, ['/home/visits/visit-0/frame-0.jpg']);
});
