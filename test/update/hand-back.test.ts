import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { chunkBytes, digestOf, type Manifest, manifestName, serialiseManifest } from '../../src/release/manifest.ts';
import { readCurrent } from '../../src/slot/current-link.ts';
import { placesAt } from '../../src/slot/places.ts';
import { markUsable } from '../../src/slot/slot-mark.ts';
import { emptyRecord, newAftercare, type TrialRecord } from '../../src/slot/trial-record.ts';
import { TrialRecordFile } from '../../src/slot/trial-record-file.ts';
import { beginLife } from '../../src/slot/aftercare.ts';
import { handBack } from '../../src/update/hand-back.ts';
import { emptyNotebook } from '../../src/update/notebook.ts';
import type { UpdateTools } from '../../src/update/update-parts.ts';
import { SimulatedDisk } from '../simulation/simulated-machine-disk.ts';

const places = placesAt('/opt', '/var');
const why = { reason: 'operator', message: 'somebody wanted it: it hums' } as const;
const content = 'the executable';
const sha256 = createHash('sha256').update(content).digest('hex');
const manifestOf = (version: string): Manifest => ({
  format: 1, name: 'doorward', version, architecture: 'any', hardware: [], follows: '0.0.0',
  schema: { lowest: 0, highest: 1 }, entry: ['doorward'], goldenFaces: [], createdMs: 0,
  files: [{ path: 'doorward', bytes: content.length, sha256, mode: 0o755 }],
  payload: { bytes: 1, chunkBytes, chunks: [sha256] },
}); // prettier-ignore
const heartbeat = { kind: 'heartbeat', sequence: 1, frames: 1, checks: {}, requests: 0, errors: 0, memoryBytes: 1 };

interface Scene {
  readonly hello?: object;
  readonly ready?: object;
  readonly beats?: object;
  readonly isRotten?: boolean;
  /** It was killed before it said anything, and how often something has failed before. */
  readonly killed?: { readonly faults: number };
}

/** What was done at the door, which slot is committed then, and what the record says. */
async function handedBack({
  hello = { version: '1.0.0' },
  ready,
  beats = heartbeat,
  isRotten = false,
  killed,
}: Scene): Promise<{
  readonly acts: readonly string[];
  readonly committed: string | undefined;
  readonly record: TrialRecord;
  readonly problem: string | undefined;
  /** It is tried again then. */
  readonly againMs: number | undefined;
}> {
  const disk = new SimulatedDisk(() => undefined);
  for (const directory of ['/opt', '/var', places.slots, places.slot.a, places.slot.b]) disk.seedDirectory(directory);
  for (const [slot, version] of [['a', '1.0.0'], ['b', '2.0.0']] as const) {
    disk.seed(`${places.slot[slot]}/doorward`, content);
    disk.seed(`${places.slot[slot]}/${manifestName}`, serialiseManifest(manifestOf(version)));
    await markUsable(disk, places, { slot, version, digest: digestOf(manifestOf(version)) });
  } // prettier-ignore
  disk.seedLink(places.current, 'slots/b');
  if (isRotten) disk.rot(`${places.slot.a}/doorward`);
  const recordFile = new TrialRecordFile(disk, places);
  const self = { pid: 1, startTicks: 1, bootId: 'boot' };
  const aftercare = newAftercare({
    id: 't',
    version: '2.0.0',
    digest: digestOf(manifestOf('2.0.0')),
    signed: 1,
    file: 'f',
    slot: 'b',
  });
  await recordFile.write({ ...emptyRecord, aftercare: beginLife(aftercare, { bootId: 'boot', by: '1:1', nowMs: 0 }) });
  const acts: string[] = [];
  const answers: Record<string, object | undefined> = {
    hello: killed === undefined ? { kind: 'hello', protocol: 1, pid: 2, ...hello } : undefined,
    'take-over': ready ?? { kind: 'ready', durationMs: 1 },
    commit: { kind: 'committed' },
  };
  const candidate = {
    pid: 2,
    ask: async ({ kind }: { kind: string }) => (acts.push(kind), answers[kind]),
    lastHeartbeat: () => ({ atMs: 0, message: beats }),
    ended: () => (killed === undefined ? undefined : 'signal SIGKILL'),
    stop: async () => void acts.push('stopped'),
  };
  const done = async (act: string): Promise<object> => (acts.push(act), { outcome: 'done', durationMs: 1 });
  const tools = {
    storage: disk, places, recordFile,
    clock: { uptimeMs: () => 1000, wallMs: () => 0, sleep: async () => undefined },
    processes: { self },
    running: { slot: 'b', version: '2.0.0' },
    resources: { memory: () => ({ availableBytes: 1e9, ownBytes: 1e8 }) },
    settings: { gate: { helloMsMax: 1, memoryTimesMax: 2, memoryFloorBytes: 1 }, watchHours: 24 },
    log: { warn: () => undefined, error: () => undefined },
    random: { fraction: () => 0 },
    candidates: { start: async (path: string) => (acts.push(`start ${path}`), { outcome: 'started', candidate }) },
    duty: {
      baseline: () => ({ memoryBytes: 1e8 }),
      handOver: () => done('hand over'),
      takeBack: () => done('take back'),
      nameMain: () => done('name main'),
      restart: () => done('restart'),
    },
  } as unknown as UpdateTools; // prettier-ignore
  const notebook = { ...emptyNotebook, fallBack: why, ...(killed === undefined ? {} : killed) };
  const { problem, fallBack, pauseUntilMs } = await handBack(tools, notebook, why);
  const againMs = fallBack === why ? pauseUntilMs : undefined;
  return { acts, committed: await readCurrent(disk, places), record: await recordFile.read(), problem, againMs };
}

test('the release before takes the door, then the link names it, then it stays', async () => {
  const { acts, committed, record } = await handedBack({});
  assert.deepEqual(acts, ['start /opt/slots/a', 'hello', 'hand over', 'take-over', 'name main', 'commit']);
  assert.equal(committed, 'a');
  assert.equal(record.history.at(-1)?.message, 'somebody wanted it: it hums; 1.0.0 serves again');
  assert.equal(record.rejected[0]?.reason, 'operator');
});

test('one that says hello and cannot take the door is started by the service manager', async () => {
  for (const scene of [{ ready: {} }, { beats: {} }]) {
    const { acts, committed } = await handedBack(scene);
    assert.deepEqual(acts.slice(-3), ['stopped', 'take back', 'restart']);
    assert.equal(committed, 'a');
  }
});

test('one that was killed before it said hello is tried again after a minute, three times in all', async () => {
  const first = await handedBack({ killed: { faults: 0 } });
  assert.deepEqual(first.acts, ['start /opt/slots/a', 'hello', 'stopped', 'take back']);
  assert.deepEqual([first.againMs, first.record.aftercare?.isOver], [61_000, undefined]);
  assert.match(first.problem ?? '', /^cannot fall back yet: release 1\.0\.0 in the other slot ended: signal SIGKILL/);
  const third = await handedBack({ killed: { faults: 2 } });
  assert.deepEqual([third.againMs, third.record.aftercare?.isOver], [undefined, true]);
});

test('one that is not itself or not whole is left alone: what runs goes on, and is not asked again', async () => {
  const other = await handedBack({ hello: { version: '9.9.9' } });
  assert.deepEqual(other.acts.slice(-2), ['stopped', 'take back']);
  const rotten = await handedBack({ isRotten: true });
  assert.deepEqual(rotten.acts, [], 'not a byte of it is run');
  for (const { committed, record, problem } of [other, rotten]) {
    assert.deepEqual([committed, record.aftercare?.isOver, record.history], ['b', true, []]);
    assert.match(problem ?? '', /^cannot fall back: /);
  }
});
