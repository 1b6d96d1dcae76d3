import assert from 'node:assert/strict';
import test from 'node:test';
import { nodeRandom } from '../../src/machine/node/node-random.ts';
import { openAudit } from '../../src/telemetry/audit-open.ts';
import { verifyAudit } from '../../src/telemetry/audit-verify.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import { entry, Memory } from './audit-chain.ts';
import { StillClock } from './still-clock.ts';

const folder = '/audit';
const limits = { fileBytesMax: 1000, filesMax: 2 };
/** Enough for files to be removed several times. */
const entries = 24;

/** Writes entries until the power is cut at this act of the disk; returns its acts. */
async function write(disk: MemoryDisk, cutAt: number, anchors = new Memory()): Promise<readonly string[]> {
  const acts: string[] = [];
  const cut = Promise.withResolvers<void>();
  disk.before = (act, path) => {
    if (acts.length === cutAt) {
      cut.resolve();
      return new Promise<never>(() => {});
    }
    acts.push(`${act} ${path}`);
    return undefined;
  };
  const writing = (async () => {
    const { audit } = await openAudit({ disk, clock: new StillClock(), random: nodeRandom, folder, limits, anchors });
    for (let number = 0; number < entries; number += 1) await audit.record({ ...entry, resource: `person/${number}` });
  })();
  await Promise.race([writing, cut.promise]);
  return acts;
}

test('a power cut around the removal of the oldest files leaves a whole chain', async () => {
  const acts = await write(new MemoryDisk(), Number.POSITIVE_INFINITY);
  const removal = acts.findIndex((act) => /^remove .*\.jsonl$/.test(act));
  assert.ok(removal > 0, 'no file was removed');
  for (let cutAt = removal - 8; cutAt <= removal + 8; cutAt += 1) {
    const [disk, anchors] = [new MemoryDisk(), new Memory()];
    await write(disk, cutAt, anchors);
    disk.before = () => undefined;
    for (const how of ['all that was done has lasted', 'what was not synced is lost']) {
      if (how.startsWith('what')) disk.losePower();
      const verdict = await verifyAudit(disk, folder, { anchor: anchors.anchor });
      assert.equal(verdict.outcome, 'whole', `cut before ${acts[cutAt]}, ${how}: ${JSON.stringify(verdict)}`);
    }
  }
});
