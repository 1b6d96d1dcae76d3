import assert from 'node:assert/strict';
import test from 'node:test';
import { Installation } from '../../updates/installation.ts';
import { Mischief } from '../../updates/mischief.ts';
import { failsAt, Workshop } from '../../updates/releases.ts';

/** Ends a test that has failed; a busy machine stays far below it. */
const trialMsMax = 300_000;
const settings = ['update.rehearsalVisits=0', 'update.probationMinutes=0.5', 'gate.helloMsMax=1800000'];

test('a client that does its worst all through a trial ends it only where the incumbent does better', async (t) => {
  const site = new Installation({ settings });
  t.after(() => site.close());
  const workshop = new Workshop(site.folder);
  const mistake = failsAt('?mistake'); // Of both: whoever knows it can make either fail.
  await site.install({ file: (await workshop.build('1.0.0', [mistake])).file, root: workshop.root });
  await site.powerOn();
  await site.push((await workshop.build('1.1.0', [mistake])).file);
  const mischief = new Mischief(site.address);
  t.after(() => mischief.leave());
  const good = await site.trialOf('1.1.0', trialMsMax);
  assert.equal(good.outcome, 'committed', `${good.message}\n${JSON.stringify(good.judges)}\n${site.lastWords()}`);
  const deeds = await mischief.leave();
  t.diagnostic(JSON.stringify(Object.fromEntries(deeds)));
  for (const answer of ['stream: 429', 'viewer: 429', 'busy: 429', 'unknown: 404', 'not JSON: 400', 'mistake: 500'])
    assert.ok((deeds.get(answer) ?? 0) > 0, `${answer} is missing`);

  await site.push((await workshop.build('1.2.0', [mistake, failsAt('?new-mistake')])).file);
  await site.untilProbation('1.2.0', trialMsMax);
  const asking = setInterval(() => void fetch(`${site.address}/api/v1/status?new-mistake`).catch(() => undefined), 200);
  t.after(() => clearInterval(asking));
  const { outcome, reason, message } = await site.trialOf('1.2.0', trialMsMax);
  assert.equal(outcome, 'reverted');
  assert.match(reason, /^(error-rate|questions-in-row)/, message);
});
