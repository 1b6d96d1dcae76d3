import assert from 'node:assert/strict';
import test from 'node:test';
import { Crowd } from '../updates/crowd.ts';
import { Installation, patientGate } from '../updates/installation.ts';
import { MemoryGroup } from '../updates/memory-group.ts';
import { unhealthyInProbation, Workshop } from '../updates/releases.ts';
import { until } from './street.ts';

/** What a Pi Zero 2 W leaves after its system: one process with its models fits, two do not. */
const memoryBytes = 360_000_000;
/** Ends a test that has failed; a busy machine stays far below it. */
const trialMsMax = 300_000;

test('where two do not fit, the hand-over is cold: the same promises, the models come back after a revert, nobody is killed', async (t) => {
  const group = new MemoryGroup(memoryBytes);
  const settings = ['update.rehearsalVisits=2', 'update.probationMinutes=0.1', ...patientGate];
  const site = new Installation({ settings, group: group.folder });
  t.after(async () => {
    await site.close();
    group.remove();
  });
  const workshop = new Workshop(site.folder);
  await site.install({ file: (await workshop.build('1.0.0')).file, root: workshop.root });
  await site.powerOn();
  const crowd = new Crowd(site);

  await site.push((await workshop.build('1.1.0')).file);
  await site.untilProbation('1.1.0', trialMsMax);
  assert.equal((await site.status())?.trial?.memory, 'cold');
  const good = await site.trialOf('1.1.0', trialMsMax);
  assert.deepEqual([good.outcome, good.reason], ['committed', 'proved'], good.message);

  await site.push((await workshop.build('1.2.0', [unhealthyInProbation])).file);
  const bad = await site.trialOf('1.2.0', trialMsMax);
  assert.deepEqual([bad.outcome, bad.reason], ['reverted', 'health-check'], bad.message);
  const report = await crowd.leave();
  assert.deepEqual([report.failures, report.lost], [[], 0]);
  assert.ok(report.requests > 50 && report.presses > 20, JSON.stringify(report));

  const before = site.recognised();
  await until(async () => {
    await site.press();
    return site.recognised() > before;
  });
  t.diagnostic(JSON.stringify({ peakMb: Math.round(group.peakBytes / 1e6), ...report }));
  assert.equal(group.killed, 0);
});
