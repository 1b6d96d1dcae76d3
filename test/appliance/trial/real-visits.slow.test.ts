import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { TrialHistory } from '../../../src/slot/trial-record.ts';
import type { Patch } from '../../updates/bundle.ts';
import { Installation, patientGate } from '../../updates/installation.ts';
import { Workshop } from '../../updates/releases.ts';
import { blindToVisitors, keepsNoVisitors, silentAboutVisitors } from '../../updates/two-faced.ts';
import { until } from '../street.ts';

/** Ends a test that has failed; a busy machine stays far below it. */
const trialMsMax = 100_000;
/** From one visitor to the next. */
const pauseMs = 1000;
const enrolment = join(import.meta.dirname, '..', '..', '..', '.models', 'demo', 'ada-enrolment.jpg');

/** Where somebody is told: whatever comes is taken. */
async function webhook(t: TestContext): Promise<string> {
  const server = createServer((asked, answer) => asked.resume().on('end', () => answer.writeHead(204).end()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert(address !== null && typeof address === 'object');
  return `http://127.0.0.1:${address.port}/`;
}

/** Ada lives here, and comes to the door again and again; a webhook is to be told. */
async function installed(
  t: TestContext,
  more: readonly string[],
  incumbent: readonly Patch[] = [],
): Promise<{ site: Installation; workshop: Workshop }> {
  const settings = [
    'update.rehearsalVisits=0', ...patientGate, `notify.webhookUrl=${await webhook(t)}`, 'notify.ratePerMinute=1000', ...more,
  ]; // prettier-ignore
  const site = new Installation({ settings });
  t.after(() => site.close());
  const workshop = new Workshop(site.folder);
  await site.install({ file: (await workshop.build('1.0.0', incumbent)).file, root: workshop.root });
  await site.powerOn();
  await until(async () => {
    const body = new FormData();
    body.append('name', 'Ada');
    body.append('picture', new Blob([new Uint8Array(readFileSync(enrolment))]), 'picture.jpg');
    return (await fetch(`${site.address}/api/v1/people`, { method: 'POST', body })).status === 201;
  }, trialMsMax);
  return { site, workshop };
}

/** A trial of the product with this patch, with visitors from its probation on. */
async function tried(
  { site, workshop }: { readonly site: Installation; readonly workshop: Workshop },
  version: string,
  patch: Patch | undefined,
): Promise<TrialHistory> {
  await site.push((await workshop.build(version, patch === undefined ? [] : [patch])).file);
  await site.untilProbation(version, trialMsMax);
  const leaving = new AbortController();
  const pressing = site.pressUntil(leaving.signal, pauseMs);
  const trial = await site.trialOf(version, trialMsMax);
  leaving.abort();
  await pressing;
  return trial;
}

test('a release that names nobody, tells nobody or keeps no picture goes, though it does so with visitors alone', async (t) => {
  const device = await installed(t, ['update.probationMinutes=5']);
  const bad: readonly (readonly [reason: string, patch: Patch, words: RegExp])[] = [
    ['named', blindToVisitors, /in 3 of 3 visits it does not name whom the incumbent names/],
    ['told', silentAboutVisitors, /3 of 3 visits were told to fewer than they are to be: 0 of \d by webhook \(ring\)/],
    ['kept', keepsNoVisitors, /3 of 3 visits are not kept as they are to be: visits\/.*jpg not on the disk/],
  ];
  for (const [index, [expected, patch, words]] of bad.entries()) {
    const { outcome, reason, message } = await tried(device, `1.${index + 1}.0`, patch);
    assert.deepEqual([outcome, reason], ['reverted', expected], message);
    assert.match(message, words);
    t.diagnostic(`${expected}: ${message}`);
  }
});

/** An incumbent that says of nobody more than that it is probably them. */
const neverSure: Patch = {
  file: 'src/visit/decide.ts',
  from: 'nearest.distance <= known && gap',
  to: 'nearest.distance < 0 && gap',
};

test('a release that is surer of who is there is compared and stays', async (t) => {
  const device = await installed(t, ['update.probationMinutes=0.4'], [neverSure]);
  const { outcome, message, judges = [] } = await tried(device, '1.1.0', undefined);
  assert.equal(outcome, 'committed', message);
  const of = (name: string): (typeof judges)[number] | undefined => judges.find(({ judge }) => judge === name);
  for (const name of ['named', 'told', 'kept'])
    assert.deepEqual([name, of(name)?.verdict, (of(name)?.evidence?.compared ?? 0) >= 3], [name, 'well', true]);
  assert.equal(of('named')?.evidence?.saw, "0 of 0 visits with the incumbent's names, 0 with others");
  const answer = await fetch(`${device.site.address}/api/v1/visits?outcome=known`, {
    headers: { connection: 'close' },
  });
  const { visits } = (await answer.json()) as { readonly visits: readonly unknown[] };
  assert.ok(visits.length >= 3, `${visits.length} visits with a name that the incumbent was not sure of`);
});
