import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import type { Page } from 'playwright-core';
import { openBrowser, until, type Trouble } from '../web/browser.ts';
import { appCode, claimOn, logInOn, openLockedHouse, password, readQrCode } from './locked-house.ts';

const tenMinutesMs = 10 * 60_000;

/** Chromium says of every answer that is no success that it failed to load, and of every stream that is ended. */
function unexpected({ complaints, foreign }: Trouble): readonly string[] {
  return [...complaints.filter((text) => !/status of 40[13]|ERR_INCOMPLETE_CHUNKED/.test(text)), ...foreign];
}

/** The rules of accessibility that what is on the screen breaks, with all that can be unfolded. */
async function broken(page: Page): Promise<unknown> {
  // While it comes in, everything is paler than it is going to be.
  await until(page, 'document.getAnimations().length === 0');
  await page.evaluate(`for (const one of document.querySelectorAll('dialog details')) one.open = true`);
  await page.evaluate(readFileSync('node_modules/axe-core/axe.min.js', 'utf8'));
  return page.evaluate(`axe.run(document, { rules: { 'label-content-name-mismatch': { enabled: true } } }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 160)).join(' | ')))`);
}

async function openAccess(page: Page): Promise<void> {
  await page.locator('#who-button').click();
  await page.locator('#dialog').getByRole('button', { name: 'Who may look in' }).click();
  await page.locator('#dialog-title', { hasText: 'Who may look in' }).waitFor();
}

test('a fresh doorbell shows a phone one thing, the claim; whoever has the code is in, and stays in', async (t) => {
  const { address, claimCode } = await openLockedHouse(t);
  const { page, trouble } = await openBrowser(t);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(address);
  await page.getByRole('heading', { name: 'Make this doorbell yours' }).waitFor();
  assert.equal(await page.locator('#main').isVisible(), false);
  const more = asked.filter((path) => path.startsWith('/api/') && !path.startsWith('/api/v1/access'));
  assert.deepEqual(more, [], 'asked for what it may not see');
  for (const width of [320, 390, 1280]) {
    await page.setViewportSize({ width, height: 844 });
    const [inner, outer] = ['scrollWidth', 'clientWidth'].map((side) => `document.querySelector('#gate').${side}`);
    assert.equal(await page.evaluate(`${inner} - ${outer}`), 0, `the gate is wider than ${width} px`);
  }

  // By keys alone, and Escape opens no door.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.locator('#gate').waitFor();
  assert.equal(await page.locator('#main').isVisible(), false);
  await page.getByLabel('Code').focus();
  for (const text of ['AAAA-AAAA', 'Ada']) {
    await page.keyboard.type(text);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'the code is another one' }).waitFor();
  const codes = await claimOn(page, claimCode);
  assert.equal(new Set(codes).size, 10);
  await page.locator('#who-button', { hasText: 'Ada' }).waitFor();
  await page.reload();
  await page.locator('.visit').first().waitFor();

  await page.locator('#who-button').click();
  await page.locator('#dialog').getByRole('button', { name: 'Log out', exact: true }).first().click();
  await page.getByRole('heading', { name: 'Who is there?' }).waitFor();
  await page.getByRole('button', { name: 'I cannot log in any more' }).click();
  await page.getByLabel('Your name').fill('Ada');
  await page.getByLabel('One of your recovery codes').fill(codes[3] ?? '');
  await page.getByLabel('A new password').fill('another good password');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.locator('.visit').first().waitFor();
  assert.deepEqual(unexpected(trouble), []);
});

test('a lost session, a second factor and a proof: asked for where one is, and then one goes on', async (t) => {
  const { address, claimCode, later } = await openLockedHouse(t);
  const { page, trouble } = await openBrowser(t);
  await page.goto(address);
  await claimOn(page, claimCode);
  await page.locator('#who-button').click();
  await page.getByText('Add a second factor').click();
  await page.getByRole('button', { name: 'Set it up' }).click();
  const uri = await readQrCode(page.locator('.qr-code'));
  assert.match(uri, /^otpauth:\/\/totp\/.*[?&]secret=[A-Z2-7]{32}/);
  assert.ok(uri.includes(await page.getByLabel('Or type this into the app').inputValue()));
  await page.getByLabel('The code from your phone').fill(appCode(uri));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('Your second factor').waitFor();
  await page.keyboard.press('Escape');

  await page.locator('#enrol-button').click();
  await page.locator('#dialog').getByLabel('Name').fill('Grace Brewster');
  await page.context().clearCookies();
  // Whatever asks first opens the gate, so this may lie behind it already.
  await page.evaluate(`document.querySelector('#dialog .adder .primary').click()`);
  await page.getByRole('heading', { name: 'Who is there?' }).waitFor();
  assert.equal(await page.getByLabel('Your name').inputValue(), 'Ada');
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: 'the name or the password is wrong' }).waitFor();
  await logInOn(page, 'Ada');
  await page.getByLabel('The code from your phone').fill(appCode(uri, 1));
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.getByText('Grace Brewster is enrolled.').waitFor(); // Nobody types anything twice.

  await openAccess(page);
  await page.getByText('Make a token').click();
  await page.getByLabel('What is it for?').fill('Prometheus');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.getByRole('alert').filter({ hasText: 'Choose what it may do.' }).waitFor();
  await page.getByLabel('Read metrics').check();
  later(tenMinutesMs);
  await page.getByRole('button', { name: 'Make it' }).click();
  const proof = page.locator('#proof');
  await proof.getByRole('heading', { name: 'Is it you?' }).waitFor();
  assert.deepEqual(await broken(page), []);
  await proof.getByRole('button', { name: 'Leave it' }).click();
  await page.getByRole('alert').filter({ hasText: 'password again' }).waitFor();
  await page.getByRole('button', { name: 'Make it' }).click();
  await proof.getByRole('textbox', { name: 'Your password' }).fill(password);
  await proof.getByLabel('The code from your phone').fill(appCode(uri, tenMinutesMs / 30_000));
  await page.keyboard.press('Enter');
  const token = await page.getByLabel('Token', { exact: true }).inputValue();
  const metrics = (): Promise<Response> =>
    fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await metrics()).status, 200);
  await page.getByRole('button', { name: 'Done' }).click();
  const row = page.locator('.access-row', { hasText: 'Prometheus' });
  await row.waitFor();
  assert.ok(!(await page.locator('#dialog').innerHTML()).includes(token), 'a token is told once');
  await row.getByRole('button', { name: 'Remove' }).click();
  await row.getByRole('button', { name: 'Remove' }).click();
  await row.waitFor({ state: 'detached' });
  assert.equal((await metrics()).status, 401);
  assert.deepEqual(unexpected(trouble), []);
});

test('somebody is invited to look: sees no more than that, becomes a member, and is shown out', async (t) => {
  const { address, claimCode } = await openLockedHouse(t);
  const { page, trouble } = await openBrowser(t);
  await page.goto(address);
  await claimOn(page, claimCode);
  await page.locator('.stranger-card').first().waitFor();
  await openAccess(page);
  await page.getByText('Invite somebody').click();
  await page.getByLabel('What they may do').selectOption('viewer');
  await page.getByRole('button', { name: 'Make a link' }).click();
  const link = await readQrCode(page.locator('.qr-code'));
  assert.equal(link, await page.getByRole('textbox', { name: 'Link' }).inputValue());
  await page.keyboard.press('Escape');

  const { page: guest, trouble: guestTrouble } = await openBrowser(t);
  await guest.goto(link);
  await guest.getByRole('heading', { name: 'You are invited' }).waitFor();
  assert.equal(guest.url(), `${address}/`, 'the secret stays in the address');
  await guest.getByLabel('Your name').fill('<b>Grace</b>');
  await guest.getByLabel('A password').fill(password);
  await guest.getByRole('button', { name: 'Come in' }).click();
  await guest.getByRole('button', { name: 'I have kept them' }).click();
  await guest.locator('.visit').first().click();
  await guest.locator('.evidence').first().waitFor();
  const acts = (): Promise<string[]> => guest.locator('#dialog button:visible').allInnerTexts();
  assert.deepEqual((await acts()).filter(Boolean), [], 'a visit can only be looked at');
  await guest.keyboard.press('Escape');
  await guest.locator('.person', { hasText: 'Grace' }).click();
  await guest.locator('#dialog .faces').waitFor();
  assert.deepEqual((await acts()).filter(Boolean), [], 'a person can only be looked at');
  await guest.keyboard.press('Escape');
  await guest.locator('#release-section').waitFor();
  for (const act of ['#ring-button', '#enrol-button', '#strangers-section', '#release-acts .button'])
    assert.equal(await guest.locator(act).first().isVisible(), false, act);

  await openAccess(page);
  const row = page.locator('.access-row', { hasText: '<b>Grace</b>' });
  await row.getByText('Change', { exact: true }).click();
  await row.getByLabel('What <b>Grace</b> may do').selectOption('member');
  await row.getByRole('button', { name: 'Save' }).click();
  await row.getByText('Member', { exact: true }).waitFor();
  await guest.locator('#ring-button').waitFor(); // Without a reload by hand.
  await row.getByText('Change', { exact: true }).click();
  await row.getByRole('button', { name: 'Remove' }).click();
  await row.getByRole('button', { name: 'Remove' }).click();
  await row.waitFor({ state: 'detached' });
  await guest.getByRole('heading', { name: 'Who is there?' }).waitFor();
  assert.deepEqual([unexpected(trouble), unexpected(guestTrouble)], [[], []]);
});

test('on this machine nobody is asked to log in; one entry says who may look in', async (t) => {
  const { address } = await openLockedHouse(t, 'open');
  const { page, trouble } = await openBrowser(t, { width: 320, height: 640 });
  await page.goto(address);
  await page.locator('.visit').first().waitFor();
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  assert.equal(overflow, 0);
  await page.getByRole('button', { name: 'Who may look in' }).click();
  await page.getByText('Nobody has claimed this doorbell yet').waitFor();
  await page.getByText('On Android').waitFor();
  assert.deepEqual(await broken(page), [], 'who may look in');
  await page.getByRole('button', { name: 'Claim it' }).click();
  await page.getByRole('heading', { name: 'Make this doorbell yours' }).waitFor();
  assert.deepEqual(await broken(page), [], 'the claim');
  await claimOn(page); // Whoever holds the device need not read the code to type it.
  await page.locator('#who-button', { hasText: 'Ada' }).click();
  await page.getByText('This one').waitFor();
  assert.deepEqual(await broken(page), [], 'my account');
  assert.deepEqual(unexpected(trouble), []);
});
