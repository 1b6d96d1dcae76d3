import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { Crowd } from '../updates/crowd.ts';
import { Installation, patientGate } from '../updates/installation.ts';
import { Workshop } from '../updates/releases.ts';
import { isAlive, until } from './street.ts';

/** Ends a test that has failed; a busy machine stays far below it. */
const waitMsMax = 300_000;

/** A device on which 1.1.0 was committed a moment ago, and 1.0.0 lies in the other slot. */
async function committed(t: TestContext, settings: readonly string[] = []): Promise<Installation> {
  const short = ['update.rehearsalVisits=2', 'update.probationMinutes=0.1'];
  const site = new Installation({ settings: [...short, ...patientGate, ...settings] });
  t.after(() => site.close());
  const workshop = new Workshop(site.folder);
  await site.install({ file: (await workshop.build('1.0.0')).file, root: workshop.root });
  await site.powerOn();
  await site.push((await workshop.build('1.1.0')).file);
  const trial = await site.trialOf('1.1.0', waitMsMax);
  assert.equal(trial.outcome, 'committed', trial.message);
  await until(async () => (await site.record()).aftercare?.life !== undefined, waitMsMax);
  await until(() => site.processes().length === 1, waitMsMax); // Its incumbent has said farewell.
  return site;
}

async function untilBack(site: Installation): Promise<void> {
  await until(() => readlinkSync(site.places.current) === 'slots/a', waitMsMax);
  await until(async () => site.processes().length === 1 && (await site.running())?.address === site.address, waitMsMax);
}

async function runs(site: Installation): Promise<unknown> {
  const answer = await fetch(`${site.address}/api/v1/update`, { headers: { connection: 'close' } });
  return ((await answer.json()) as { readonly running: { readonly version: string } }).running.version;
}

test('an operator’s word after the commit gives the door back under load: no request fails, no press is lost', async (t) => {
  const site = await committed(t);
  const crowd = new Crowd(site);
  const answer = await fetch(`${site.address}/api/v1/update/revert`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ reason: 'it hums' }),
  });
  assert.equal(answer.status, 202, await answer.text());
  await untilBack(site);
  const report = await crowd.leave();
  assert.deepEqual([report.failures, report.lost], [[], 0]);
  assert.equal(await runs(site), '1.0.0');
  const last = (await site.history()).at(-1);
  assert.deepEqual([last?.version, last?.outcome, last?.reason], ['1.1.0', 'reverted', 'operator']);
  assert.match(last?.message ?? '', /it hums; 1\.0\.0 serves again/);
  const metrics = async (): Promise<string> =>
    (await fetch(`${site.address}/metrics`, { headers: { connection: 'close' } })).text();
  await until(async () => /outcome="reverted",reason="operator"[^\n]* 1\n/.test(await metrics()), waitMsMax); // Told by who serves now.
  assert.match((await site.record()).rejected[0]?.file ?? '', /1\.1\.0/, 'known again by the name under which it came');
});

test('crashes at any pace lead back; a stop in good order is none, and what it led back to is not left again', async (t) => {
  const site = await committed(t, ['update.crashesMax=2']);
  const crashes = async (): Promise<number | undefined> => (await site.record()).aftercare?.crashes.length;
  const stopped = (await site.running())?.pid ?? 0;
  process.kill(stopped, 'SIGTERM');
  await until(() => !isAlive(stopped), waitMsMax);
  await site.powerOn();
  await until(async () => (await site.record()).aftercare?.life !== undefined, waitMsMax);
  assert.equal(await crashes(), 0);
  await site.cutPower(); // In the same life of the machine, that is a crash.
  await site.powerOn();
  await until(async () => (await crashes()) === 1, waitMsMax);
  assert.equal(readlinkSync(site.places.current), 'slots/b');
  await site.cutPower();
  await site.powerOn();
  await untilBack(site);
  assert.equal(await runs(site), '1.0.0');
  const last = (await site.history()).at(-1);
  assert.deepEqual([last?.version, last?.outcome, last?.reason], ['1.1.0', 'reverted', 'crash-loop']);
  for (let crash = 0; crash < 3; crash += 1) {
    await site.cutPower();
    await site.powerOn();
  }
  assert.equal(await runs(site), '1.0.0');
});
