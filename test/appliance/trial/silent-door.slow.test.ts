import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { get } from '../street.ts';
import { Installation } from '../../updates/installation.ts';
import { Workshop } from '../../updates/releases.ts';
import type { Patch } from '../../updates/bundle.ts';

/** Ends a test that has failed; a busy machine stays far below it. */
const trialMsMax = 300_000;
const settings = ['update.rehearsalVisits=0', 'update.probationMinutes=5', 'gate.helloMsMax=1800000'];

/** It answers until somebody asks for this; from then on it takes connections and says nothing. Its heart beats on. */
const fallsSilent: Patch = {
  file: 'src/web/protection.ts',
  from: "  site.addHook('onRequest', async (request, reply) => {",
  to: `  let isSilent = false;
  site.addHook('onRequest', async (request, reply) => {
    isSilent ||= request.url === '/be-silent';
    if (isSilent) await new Promise(() => {});`,
};

async function onTrial(t: TestContext, patches: readonly Patch[]): Promise<{ site: Installation; candidate: number }> {
  const site = new Installation({ settings });
  t.after(() => site.close());
  const workshop = new Workshop(site.folder);
  await site.install({ file: (await workshop.build('1.0.0')).file, root: workshop.root });
  await site.powerOn();
  await site.push((await workshop.build('1.1.0', patches)).file);
  return { site, candidate: await site.untilProbation('1.1.0', trialMsMax) };
}

test('a candidate that stands still is seen at its door, and whoever waits there is answered by the incumbent', async (t) => {
  const { site, candidate } = await onTrial(t, []);
  process.kill(candidate, 'SIGSTOP');
  const waitedMs = performance.now();
  const { status } = await get(`${site.address}/ready`, undefined);
  t.diagnostic(`answered after ${Math.round(performance.now() - waitedMs)} ms`);
  assert.ok(status === 200 || status === 503, String(status));
  const trial = await site.trialOf('1.1.0', trialMsMax);
  assert.deepEqual([trial.outcome, trial.reason], ['reverted', 'door'], trial.message);
});

test('a candidate whose heart beats while it answers nobody is seen at its door', async (t) => {
  const { site } = await onTrial(t, [fallsSilent]);
  void get(`${site.address}/be-silent`, undefined).catch(() => undefined);
  const trial = await site.trialOf('1.1.0', trialMsMax);
  assert.deepEqual([trial.outcome, trial.reason], ['reverted', 'door'], trial.message);
  t.diagnostic(JSON.stringify(trial.figures));
});
