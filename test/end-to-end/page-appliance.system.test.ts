import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import sharp from 'sharp';
import { startAppliance } from '../../src/appliance.ts';
import { runningRelease } from '../../src/machine/executable/running-release.ts';
import { homeAt } from '../../src/system/home.ts';
import { openBrowser, until } from '../web/browser.ts';
import { claimOn } from './locked-house.ts';

/** One woman of a demo picture, alone. */
const alone = { left: 915, top: 90, width: 470, height: 470 };

test('from a phone: claim, ring, see a stranger, say who she is, ring again and read her name; then delete her', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-page-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'pictures'));
  const picture = sharp('node_modules/@vladmandic/face-api/demo/sample3.jpg').extract(alone);
  await picture.toFile(join(folder, 'pictures/1.jpg'));
  const request = {
    home: homeAt(join(folder, 'home')),
    environment: {},
    settingFlags: { 'web.port': '0', 'web.loopback': 'login', 'camera.source': `folder:${join(folder, 'pictures')}` },
    isOffDuty: false,
    hasDemoHousehold: false,
    writeLog: () => undefined,
    terminal: undefined,
  };
  const started = await startAppliance(request, runningRelease());
  assert.ok(started.outcome === 'running', JSON.stringify(started));
  t.after(() => started.stop());

  const { page, trouble } = await openBrowser(t);
  await page.goto(started.address.replace('http:', 'https:'));
  await claimOn(page, readFileSync(request.home.claimCode, 'utf8').trim());
  const [cookie] = (await page.context().cookies()).filter(({ name }) => name === '__Host-doorward');
  assert.deepEqual([cookie?.httpOnly, cookie?.secure], [true, true]);
  const ring = page.locator('#ring');
  const dialog = page.locator('#dialog');
  await until(page, `document.querySelector('#live').naturalWidth > 0`);
  await page.locator('#ring-button').click();
  await ring.getByText('A stranger is at the door').waitFor();
  await page.locator('.visit img.thumb').first().waitFor();

  await page.locator('.stranger-card').first().click();
  await dialog.getByLabel('Name').fill('Ada Lovelace');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.locator('.person', { hasText: 'Ada Lovelace' }).waitFor();
  await page.locator('.visit', { hasText: 'Ada Lovelace' }).waitFor();
  await page.locator('#strangers-section').waitFor({ state: 'hidden' });

  await page.locator('#ring-button').click();
  await ring.getByText('Ada Lovelace is at the door').waitFor();
  await ring.getByRole('button', { name: 'Look' }).click();
  await dialog.getByText('How far this face is from people you know').waitFor();
  assert.match(await dialog.innerText(), /Ada Lovelace: distance 0\.\d\d \(0\.\d\d allowed\)/);
  await page.keyboard.press('Escape');

  await page.locator('.person', { hasText: 'Ada Lovelace' }).click();
  await dialog.getByRole('button', { name: 'From the camera' }).click();
  await dialog.locator('.refusal, [aria-label="Remove face 2"]').first().waitFor();
  await dialog.getByRole('button', { name: 'Delete this person' }).click();
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await dialog.getByText('"sha256"').waitFor();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByText('Nobody is enrolled yet').waitFor();
  await page.getByText('Nobody has rung yet').waitFor();
  await page.locator('#who-button').click();
  await dialog.getByRole('button', { name: 'Log out', exact: true }).first().click();
  await page.getByRole('heading', { name: 'Who is there?' }).waitFor();
  const complaints = trouble.complaints.filter((text) => !/422|401|ERR_INCOMPLETE_CHUNKED/.test(text));
  assert.deepEqual({ complaints, foreign: trouble.foreign }, { complaints: [], foreign: [] });
});
