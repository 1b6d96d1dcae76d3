import assert from 'node:assert/strict';
import test from 'node:test';
import { emptyRecord } from '../../src/slot/trial-record.ts';
import { placesAt } from '../../src/slot/places.ts';
import { rehearse, type RehearsalTask } from '../../src/update/rehearse.ts';
import type { StoredData } from '../../src/update/judge/stored-data.ts';
import type { UpdateTools } from '../../src/update/update-parts.ts';

interface Scene {
  /** Before the candidate was there. */
  readonly isMachineStrained: boolean;
  readonly ended?: string;
  readonly hello?: object;
  readonly report?: object;
  readonly compareData?: () => Promise<StoredData>;
}

const sound: StoredData = {
  losses: { gone: [], rows: [], changes: [], reordered: [] },
  pictures: { before: 2, left: 2 },
};

/** Why a rehearsal failed, and whether that is taken for the candidate's fault. */
async function failureOf({
  isMachineStrained,
  ended,
  hello,
  report,
  compareData = async () => sound,
}: Scene): Promise<readonly [string, boolean] | undefined> {
  const candidate = {
    pid: 1,
    ended: () => ended,
    ask: async ({ kind }: { kind: string }) => (kind === 'hello' ? hello : report),
  };
  const release = { version: '2.0.0', digest: 'd', signed: 1, manifest: { entry: ['app'], goldenFaces: [] } };
  const tools = {
    clock: { uptimeMs: () => 0, wallMs: () => 0 },
    processes: { self: { pid: 1, startTicks: 1, bootId: 'boot' } },
    random: { id: () => 'trial' },
    recordFile: { write: async () => undefined },
    duty: {
      baseline: () => ({ requests: 0, errors: 0, hasFrames: false, checks: [], isMachineStrained }),
      prepareRehearsal: async (directory: string) => ({ outcome: 'prepared', directory, decisions: [], compareData }),
    },
    resources: { memory: () => ({ availableBytes: 1e9, ownBytes: 1e8 }) },
    candidates: { start: async () => ({ outcome: 'started', candidate }) },
    releases: { readBack: async () => ({ outcome: 'whole' }) },
    places: placesAt('/opt', '/var'),
    settings: { rehearsalVisits: 1, recognitionDropMax: 0, gate: { helloMsMax: 1 } },
  } as unknown as UpdateTools;
  const task = {
    release,
    offer: { file: 'f' },
    slot: 'b',
    memory: 'warm',
    record: emptyRecord,
  } as unknown as RehearsalTask;
  const { state } = await rehearse(tools, task);
  return state.phase === 'failed' ? [state.failure.reason, state.failure.isItsFault] : undefined;
}

test('a candidate that is late on a machine that was busy before it came is not blamed; any other failure is its own', async () => {
  assert.deepEqual(await failureOf({ isMachineStrained: true }), ['never-ready', false]);
  assert.deepEqual(await failureOf({ isMachineStrained: false }), ['never-ready', true]);
  assert.deepEqual(await failureOf({ isMachineStrained: true, ended: 'exit 1' }), ['candidate-ended', true]);
  const hello = { kind: 'hello', protocol: 1, pid: 1, version: '9.9.9' };
  assert.deepEqual(await failureOf({ isMachineStrained: true, hello }), ['not-itself', true]);
});

test('what the incumbent reads in the copy comes before the candidate’s own report, and a copy that it cannot read itself blames nobody', async () => {
  const hello = { kind: 'hello', protocol: 1, pid: 1, version: '2.0.0' };
  const report = {
    kind: 'rehearsed',
    failures: [],
    goldenFaces: { expected: 0, recognised: 0 },
    decisions: [],
    memoryBytes: 1,
  };
  const scene = { isMachineStrained: false, hello, report };
  assert.equal(await failureOf(scene), undefined);
  const lost = { table: 'people', kind: '', before: 2, left: 1 };
  const compareData = async (): Promise<StoredData> => ({ ...sound, losses: { ...sound.losses, rows: [lost] } });
  assert.deepEqual(await failureOf({ ...scene, compareData }), ['stored-data', true]);
  const broken = { ...report, failures: ['it does not work'] };
  assert.deepEqual(await failureOf({ ...scene, report: broken }), ['rehearsal-failed', true]);
  assert.deepEqual(await failureOf({ ...scene, report: broken, compareData }), ['stored-data', true]);
  const unreadable = async (): Promise<StoredData> => Promise.reject(new Error('no such file'));
  assert.deepEqual(await failureOf({ ...scene, compareData: unreadable }), ['incumbent-fault', false]);
});
