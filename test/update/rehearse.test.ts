import assert from 'node:assert/strict';
import test from 'node:test';
import { emptyRecord } from '../../src/slot/trial-record.ts';
import { placesAt } from '../../src/slot/places.ts';
import { rehearse, type RehearsalTask } from '../../src/update/rehearse.ts';
import type { UpdateTools } from '../../src/update/update-parts.ts';

interface Scene {
  /** Before the candidate was there. */
  readonly isMachineStrained: boolean;
  readonly ended?: string;
  readonly hello?: object;
}

/** Why a rehearsal failed, and whether that is taken for the candidate's fault. */
async function failureOf({ isMachineStrained, ended, hello }: Scene): Promise<readonly [string, boolean] | undefined> {
  const candidate = { pid: 1, ended: () => ended, ask: async () => hello };
  const release = { version: '2.0.0', digest: 'd', signed: 1, manifest: { entry: ['app'], goldenFaces: [] } };
  const tools = {
    clock: { uptimeMs: () => 0, wallMs: () => 0 },
    processes: { self: { pid: 1, startTicks: 1, bootId: 'boot' } },
    random: { id: () => 'trial' },
    recordFile: { write: async () => undefined },
    duty: {
      baseline: () => ({ requests: 0, errors: 0, hasFrames: false, checks: [], isMachineStrained }),
      prepareRehearsal: async (directory: string) => ({ outcome: 'prepared', directory, decisions: [] }),
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
