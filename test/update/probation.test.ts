import assert from 'node:assert/strict';
import test from 'node:test';
import { lookAtCandidate, type Probation } from '../../src/update/probation.ts';
import type { Sight } from '../../src/update/duty.ts';
import type { Trial } from '../../src/update/update-parts.ts';

const busy = { status: 'unhealthy', runs: 1 } as const;
const calm = { status: 'healthy', runs: 7 } as const;

test('whether the machine is busy, and callers crowd the door, is the incumbent’s word: a candidate that says so is excused for nothing', async () => {
  const message = {
    kind: 'heartbeat', sequence: 1, frames: 1, isCrowded: true, requests: 0, errors: 0, memoryBytes: 1,
    checks: { system_resources: busy, database_connectivity: busy },
  }; // prettier-ignore
  const candidate = { lastHeartbeat: () => ({ atMs: 5, message }) };
  const probation = { phase: 'probation', candidate, samples: [], asked: [] } as unknown as Probation;
  const look = async (sight: Sight): Promise<unknown> => {
    const duty = { attend: async () => sight };
    const parts = { duty } as unknown as Parameters<typeof lookAtCandidate>[0];
    const { state } = await lookAtCandidate(parts, {} as Trial, probation);
    const sample = state.phase === 'probation' ? state.samples.at(-1) : undefined;
    return [sample?.callers, sample?.checks];
  };
  const seen = { system_resources: calm, disk: calm };
  const mixed = { ...seen, database_connectivity: busy };
  assert.deepEqual(await look({ asked: [], machine: seen, callers: 'some' }), ['some', mixed]);
  assert.deepEqual(await look({ asked: [], machine: seen, callers: 'few' }), ['few', mixed]);
  assert.deepEqual(await look({ asked: [] }), ['few', message.checks], 'where nobody looked, nobody is there');
});
