import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { startWeb } from '../../src/web/server.ts';
import { openBrowser, until } from '../web/browser.ts';
import { onProbation } from '../web/counter.ts';
import { House } from '../web/house.ts';

const offer = { from: 'a stick', file: 'x.release:1:2', version: '2.0.0', bytes: 10 };

test('the release on the page: what runs, why one was reverted, a pushed file, consent, and the way back', async (t) => {
  const house = new House();
  const { counter } = house;
  const web = await startWeb(house.parts());
  t.after(async () => {
    await web.close();
    await house.close();
  });
  const { page, trouble } = await openBrowser(t);
  await page.goto(web.address);
  const card = page.locator('#release-section');
  await card.waitFor();
  await page.locator('#release-last', { hasText: '7.0 % of 100 requests failed' }).waitFor();
  assert.match(await card.innerText(), /1\.2\.3 · slot a[\s\S]*No newer release was found/);

  const buffer = Buffer.alloc(2_500_000, 'release');
  await page.setInputFiles('#release-file', { name: 'my (2).release', mimeType: 'application/octet-stream', buffer });
  await page.locator('.notice', { hasText: 'my (2).release is here.' }).waitFor();
  assert.ok(readFileSync(join(counter.incoming.path, 'pushed-my--2-.release')).equals(buffer));
  assert.deepEqual(counter.asked, ['check']);

  counter.becomes({ phase: 'fetch', fetched: 0.42, offer, problem: '<b>cannot</b>' });
  await page.locator('#release-words', { hasText: 'Fetching release 2.0.0, 42 %' }).waitFor();
  assert.equal(await page.locator('#release-problem').innerText(), '<b>cannot</b>');
  counter.becomes({ phase: 'wait', waitsFor: 'consent', offer });
  await page.getByRole('button', { name: 'Install 2.0.0' }).click();
  await until(page, `document.querySelector('#release-problem').hidden`);

  counter.becomes(onProbation('2.0.0', nodeClock.uptimeMs()));
  await page.locator('#release-trial', { hasText: 'On trial for less than a minute, 40 requests, 0 failed' }).waitFor();
  await card.getByRole('button', { name: 'Revert' }).click();
  await page.locator('dialog').getByRole('button', { name: 'Revert' }).click();
  await until(page, `!document.querySelector('#dialog').open`);
  assert.deepEqual(counter.asked, ['check', 'agree x.release:1:2', 'revert: the owner said so on the page']);
  assert.deepEqual(trouble, { complaints: [], foreign: [] });
});

test('each judge of a trial is shown with its evidence, and after the commit the way back', async (t) => {
  const house = new House();
  const { counter } = house;
  const web = await startWeb(house.parts());
  t.after(async () => {
    await web.close();
    await house.close();
  });
  const { page, trouble } = await openBrowser(t);
  await page.goto(web.address);
  const onTrial = onProbation('2.0.0', nodeClock.uptimeMs());
  assert(onTrial.trial !== undefined);
  const saw = 'questions take 11 ms, the incumbent takes 10 ms';
  const judges = [
    { judge: 'heartbeat', verdict: 'well' },
    { judge: 'slower', verdict: 'well', evidence: { asked: 240, answered: 239, compared: 200, saw } },
    { judge: 'frames', verdict: 'missing', words: '<b>no camera frame yet</b>' },
  ] as const;
  counter.becomes({ ...onTrial, trial: { ...onTrial.trial, judges } });
  const card = page.locator('#release-judges');
  await card.getByText('3 judges, 1 not well').click();
  counter.becomes({ ...onTrial, trial: { ...onTrial.trial, judges, phaseStartedMs: 0 } });
  const shown = page.locator('#release-judges-list li');
  await shown.filter({ hasText: `240 asked, 239 answered, 200 compared: ${saw}` }).waitFor();
  assert.match((await shown.allInnerTexts()).join('|'), /frames\s+Not known yet\s+<b>no camera frame yet<\/b>/);

  const aftercare = { version: '1.2.3', backTo: '1.2.2', endsMs: nodeClock.uptimeMs() + 3_600_000, crashes: 1 };
  counter.becomes({ phase: 'wait', waitsFor: 'nothing-new', aftercare });
  await page
    .locator('#release-watch', { hasText: '1.2.2 stands by and serves again when need be. It has crashed once.' })
    .waitFor();
  await page.locator('#release-acts').getByText('Release file').waitFor();
  await page.getByRole('button', { name: 'Back to 1.2.2' }).click();
  await page.locator('dialog').getByRole('button', { name: 'Revert' }).click();
  await until(page, `!document.querySelector('#dialog').open`);
  assert.deepEqual(counter.asked, ['revert: the owner said so on the page']);
  assert.deepEqual(trouble, { complaints: [], foreign: [] });
});

test('an appliance that takes no updates shows no release, and the page does not complain', async (t) => {
  const house = new House();
  house.updateRefusal = 'cannot update: this is a checkout';
  const web = await startWeb(house.parts());
  t.after(async () => {
    await web.close();
    await house.close();
  });
  const { page, trouble } = await openBrowser(t);
  await page.goto(web.address);
  await until(page, `document.querySelector('#health').textContent !== '…'`);
  await until(page, `document.querySelector('#lost').hidden`);
  assert.equal(await page.locator('#release-section').isVisible(), false);
  assert.deepEqual(trouble, { complaints: [], foreign: [] });
});
