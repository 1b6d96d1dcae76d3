import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import Database from 'better-sqlite3';
import type { Patch } from '../../updates/bundle.ts';
import { deaf, decidesNothing, saysStored, tellsNobody } from '../../updates/deaf.ts';
import { Installation, patientGate } from '../../updates/installation.ts';
import { Workshop } from '../../updates/releases.ts';
import { until } from '../street.ts';

/** Ends a test that has failed; a busy machine stays far below it. */
const trialMsMax = 300_000;
/** Between two presses: a visitor who is impatient. */
const pauseMs = 200;

// A few of each: `npm run test:zoo` has them all, and more.

async function installed(t: TestContext, more: readonly string[]): Promise<{ site: Installation; workshop: Workshop }> {
  const settings = [
    'update.rehearsalVisits=0',
    'update.probationMinutes=5',
    ...patientGate,
    'gate.pressRowMsMax=1000',
    ...more,
  ];
  const site = new Installation({ settings });
  t.after(() => site.close());
  const workshop = new Workshop(site.folder);
  await site.install({ file: (await workshop.build('1.0.0')).file, root: workshop.root });
  await site.powerOn();
  return { site, workshop };
}

/** Rows of presses that the incumbent has made itself, and of what they have begun. */
function leftOfOwnPresses(site: Installation): number {
  const database = new Database(join(site.home, 'doorward.db'), { readonly: true });
  try {
    const marks = 'SELECT trigger_id FROM own_presses';
    const sql = `SELECT (SELECT count(*) FROM own_presses) + (SELECT count(*) FROM triggers WHERE id IN (${marks}))`;
    return Number(database.prepare(sql).pluck().get());
  } finally {
    database.close();
  }
}

/** The types of all events from now on, until whoever serves says farewell. */
async function listen(site: Installation): Promise<() => readonly string[]> {
  const { body } = await fetch(`${site.address}/api/v1/events`, { signal: site.closing.signal });
  let text = '';
  const hear = async (): Promise<void> => {
    for await (const part of body ?? []) text += Buffer.from(part).toString();
  };
  void hear().catch(() => undefined);
  return () => [...text.matchAll(/^event: (\w+)$/gm)].map(([, type = '']) => type);
}

test('a release that does not do with presses what it is to do goes, and every press of its time has its row, once', async (t) => {
  const { site, workshop } = await installed(t, ['gate.ownPressSeconds=3600']); // Visitors alone.
  const bad: readonly (readonly [name: string, patch: Patch, words: RegExp])[] = [
    ['deaf', deaf, /a press had no row after \d+ ms; a write here took/],
    ['says stored', saysStored, /though it said that it was stored/],
  ];
  for (const [index, [name, patch, words]] of bad.entries()) {
    const version = `1.${index + 1}.0`;
    await site.push((await workshop.build(version, [patch])).file);
    await site.untilProbation(version, trialMsMax);
    const leaving = new AbortController();
    const pressing = site.pressUntil(leaving.signal, pauseMs);
    const { outcome, reason, message } = await site.trialOf(version, trialMsMax);
    leaving.abort();
    await pressing;
    assert.deepEqual([name, outcome, reason], [name, 'reverted', 'press-unanswered']);
    assert.match(message, words);
    await until(() => site.answered() >= site.pressed, trialMsMax).catch(() => t.diagnostic(site.lastWords()));
    assert.equal(site.answered(), site.pressed, name);
    t.diagnostic(`${name}: ${site.pressed} presses so far, each with one row; ${message}`);
  }
});

test('in a quiet house a release that does nothing with a press goes too, and no household hears of the presses that show it', async (t) => {
  const bad: readonly (readonly [name: string, patch: Patch, words: RegExp])[] = [
    ['decides nothing', decidesNothing, /was not decided after/],
    ['tells nobody', tellsNobody, /notifications 0 had arrived/],
  ];
  const tried = bad.map(async ([name, patch, words]) => {
    const { site, workshop } = await installed(t, ['gate.ownPressSeconds=1']);
    await site.push((await workshop.build('1.1.0', [patch])).file);
    const { outcome, reason, message } = await site.trialOf('1.1.0', trialMsMax);
    assert.deepEqual([name, outcome, reason], [name, 'reverted', 'own-press'], message);
    assert.match(message, words);
    t.diagnostic(`${name}: ${message}`);
    await until(() => leftOfOwnPresses(site) === 0, trialMsMax);
  });
  await Promise.all(tried); // Beside each other: a minute passes before either is seen.
});

test('a good release is pressed in a quiet house, stays, and of its presses nothing does', async (t) => {
  const { site, workshop } = await installed(t, ['gate.ownPressSeconds=1', 'update.probationMinutes=0.4']);
  await site.push((await workshop.build('1.1.0')).file);
  await site.untilProbation('1.1.0', trialMsMax);
  const heard = await listen(site);
  await until(() => leftOfOwnPresses(site) > 0, trialMsMax);
  const { outcome, message } = await site.trialOf('1.1.0', trialMsMax);
  assert.equal(outcome, 'committed', message);
  await until(() => leftOfOwnPresses(site) === 0, trialMsMax);
  assert.deepEqual(heard().filter((type) => /DOORBELL|EVENT_|FACE|NOTIFICATION/.test(type)), []); // prettier-ignore
  const page = await fetch(`${site.address}/api/v1/visits`, { headers: { connection: 'close' } });
  assert.deepEqual(((await page.json()) as { visits: unknown[] }).visits, []);
  const metrics = await (await fetch(`${site.address}/metrics`, { headers: { connection: 'close' } })).text();
  assert.doesNotMatch(metrics, /^(doorbell_triggers_total|notifications_sent_total)\{.* [1-9]/m);
});
