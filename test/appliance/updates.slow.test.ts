import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { entryScript } from '../updates/bundle.ts';
import { Crowd } from '../updates/crowd.ts';
import { Installation, patientGate } from '../updates/installation.ts';
import { unhealthyInProbation, Workshop } from '../updates/releases.ts';
import { isAlive, until } from './street.ts';

/** Ends a test that has failed; a busy machine stays far below it. */
const trialMsMax = 180_000;

async function installed(
  t: TestContext,
  settings: readonly string[],
): Promise<{ site: Installation; workshop: Workshop }> {
  const site = new Installation({ settings: ['update.rehearsalVisits=2', ...patientGate, ...settings] });
  t.after(() => site.close());
  const workshop = new Workshop(site.folder);
  await site.install({ file: (await workshop.build('1.0.0')).file, root: workshop.root });
  await site.powerOn();
  return { site, workshop };
}

test('under load a good release stays, an unhealthy one goes, the way back works: no request fails, no press is lost', async (t) => {
  const { site, workshop } = await installed(t, ['update.probationMinutes=0.1']);
  const crowd = new Crowd(site);
  await site.push((await workshop.build('1.1.0')).file);
  const good = await site.trialOf('1.1.0', trialMsMax);
  assert.equal(good.outcome, 'committed', good.message);
  assert.equal(readlinkSync(site.places.current), 'slots/b');
  await site.push((await workshop.build('1.2.0', [unhealthyInProbation])).file);
  const { outcome, reason, figures } = await site.trialOf('1.2.0', trialMsMax);
  assert.deepEqual([outcome, reason], ['reverted', 'health-check']);
  for (const name of ['revertMs', 'cameraGapMs', 'cameraStartMs']) assert.ok(figures[name] !== undefined, name);
  assert.equal(readlinkSync(site.places.current), 'slots/b', 'only a commit moves the link');
  const report = await crowd.leave();
  assert.deepEqual(report.failures, []);
  assert.equal(report.lost, 0);
});

test('the owner reverts a release that has the door; one who stops the appliance in a trial stops the trial too', async (t) => {
  const { site, workshop } = await installed(t, ['update.probationMinutes=5']);
  await site.push((await workshop.build('1.1.0')).file);
  await site.untilProbation('1.1.0', trialMsMax);
  const answer = await fetch(`${site.address}/api/v1/update/revert`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'I liked the old one' }),
  });
  assert.equal(answer.status, 202);
  const trial = await site.trialOf('1.1.0', trialMsMax);
  assert.deepEqual([trial.outcome, trial.reason], ['reverted', 'operator']);
  assert.match(trial.message, /I liked the old one/);
  await site.push((await workshop.build('1.2.0')).file);
  const candidate = await site.untilProbation('1.2.0', trialMsMax);
  const incumbent = (await site.running())?.pid ?? 0;
  process.kill(incumbent, 'SIGTERM');
  await until(() => !isAlive(candidate) && !isAlive(incumbent), trialMsMax);
  const [, stopped] = await site.history();
  assert.deepEqual([stopped?.outcome, stopped?.reason], ['interrupted', 'stopped']);
  await site.powerOn();
});

test('after a crash loop the other slot starts again, and the way is not gone twice', async (t) => {
  const { site, workshop } = await installed(t, ['update.probationMinutes=0.1']);
  await site.push((await workshop.build('1.1.0')).file);
  await site.trialOf('1.1.0', trialMsMax);
  const fallBackFrom = (slot: 'a' | 'b'): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, [join(site.places.slot[slot], entryScript), 'fall-back', '--home', site.home], {
      encoding: 'utf8',
    });
  assert.match(String(fallBackFrom('a').stderr), /cannot fall back: the appliance with pid \d+ runs/);
  await site.cutPower();
  assert.match(String(fallBackFrom('a').stdout), /^fell back to 1.0.0 in slot a/);
  assert.equal(readlinkSync(site.places.current), 'slots/a');
  assert.match(String(fallBackFrom('b').stderr), /1.1.0 in slot b was rejected before/);
  await site.powerOn();
  assert.equal(readlinkSync(site.places.current), 'slots/a');
});
