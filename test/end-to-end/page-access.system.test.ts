import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import Database from 'better-sqlite3';
import type { Page } from 'playwright-core';
import { openBrowser, until } from '../web/browser.ts';
import { appCode, claimOn, logInOn, openLockedHouse, password, readQrCode } from './locked-house.ts';

/** Chromium says of every answer that is no success that it failed to load, and of every stream that is ended. */
function unexpected(complaints: readonly string[]): readonly string[] {
  return complaints.filter((text) => !/status of (401|403|429)|ERR_INCOMPLETE_CHUNKED_ENCODING/.test(text));
}

async function openAccess(page: Page): Promise<void> {
  await page.locator('#who-button').click();
  await page.locator('#dialog').getByRole('button', { name: 'Who may look in' }).click();
  await page.locator('#dialog-title', { hasText: 'Who may look in' }).waitFor();
}

test('a fresh doorbell shows a phone one thing, the claim; whoever has the code is in, and stays in', async (t) => {
  const house = await openLockedHouse(t);
  const { page, trouble } = await openBrowser(t);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(house.address);
  await page.getByRole('heading', { name: 'Make this doorbell yours' }).waitFor();
  assert.equal(await page.locator('#main').isVisible(), false);
  assert.deepEqual(
    asked.filter((path) => path.startsWith('/api/') && !path.startsWith('/api/v1/access')),
    [],
    'asked for more than it may see',
  );
  for (const width of [320, 390, 1280]) {
    await page.setViewportSize({ width, height: 640 });
    const overflow = await page.evaluate(
      `document.querySelector('#gate').scrollWidth - document.querySelector('#gate').clientWidth`,
    );
    assert.equal(overflow, 0, `the gate is wider than ${width} px`);
  }
  await page.setViewportSize({ width: 390, height: 844 });

  // By keys alone, and Escape opens no door.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#main').isVisible(), false);
  await page.getByLabel('Code').focus();
  for (const [text, key] of [
    ['AAAA-AAAA', 'Tab'],
    ['Ada', 'Tab'],
    [password, 'Enter'],
  ] as const) {
    await page.keyboard.type(text);
    await page.keyboard.press(key);
  }
  await page.getByRole('alert').filter({ hasText: 'the code is another one' }).waitFor();
  const codes = await claimOn(page, house.claimCode);
  assert.equal(new Set(codes).size, 10);
  await page.locator('#who-button', { hasText: 'Ada' }).waitFor();
  await until(page, `document.querySelector('#live').naturalWidth > 0`);
  await page.reload();
  await page.getByText('Nobody has rung yet').waitFor();

  await page.locator('#who-button').click();
  await page.locator('#dialog').getByRole('button', { name: 'Log out', exact: true }).first().click();
  await page.getByRole('heading', { name: 'Who is there?' }).waitFor();
  await page.getByRole('button', { name: 'I cannot log in any more' }).click();
  await page.getByLabel('Your name').fill('Ada');
  await page.getByLabel('One of your recovery codes').fill(codes[3] ?? '');
  await page.getByLabel('A new password').fill('another good password');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByText('Nobody has rung yet').waitFor();
  assert.deepEqual({ ...trouble, complaints: unexpected(trouble.complaints) }, { complaints: [], foreign: [] });
});

test('a session that ends elsewhere asks who is there, and leads back to where one was', async (t) => {
  const house = await openLockedHouse(t);
  const { page } = await openBrowser(t);
  await page.goto(house.address);
  await claimOn(page, house.claimCode);
  await page.locator('#enrol-button').click();
  await page.locator('#dialog').getByLabel('Name').fill('Grace');
  await page.context().clearCookies();
  // Whatever asks first opens the gate, so this may lie behind it already.
  await page.evaluate(`document.querySelector('#dialog .adder .primary').click()`);
  await page.getByRole('heading', { name: 'Who is there?' }).waitFor();
  assert.equal(await page.getByLabel('Your name').inputValue(), 'Ada');
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: 'the name or the password is wrong' }).waitFor();
  await logInOn(page, 'Ada');
  // What was pressed is done after all: nobody types anything twice.
  await page.locator('.person', { hasText: 'Grace' }).waitFor();
});

test('a second factor: a phone reads the QR code, and its code is asked for at the next log-in', async (t) => {
  const house = await openLockedHouse(t);
  const { page } = await openBrowser(t);
  await page.goto(house.address);
  await claimOn(page, house.claimCode);
  await page.locator('#who-button').click();
  await page.getByText('Add a second factor').click();
  await page.getByRole('button', { name: 'Set it up' }).click();
  const uri = await readQrCode(page.locator('.qr-code'));
  assert.match(uri, /^otpauth:\/\/totp\/.*[?&]secret=[A-Z2-7]{32}/);
  assert.ok(uri.includes(await page.getByLabel('Or type this into the app').inputValue()));
  await page.getByLabel('The code from your phone').fill(appCode(uri));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('Your second factor').waitFor();
  await page.getByRole('button', { name: 'Log out everywhere' }).click();
  await page.getByRole('button', { name: 'Log out', exact: true }).last().click();
  await logInOn(page, 'Ada');
  await page.getByLabel('The code from your phone').fill(appCode(uri, 1));
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.getByText('Nobody has rung yet').waitFor();
});

test('somebody is invited to look: sees no more than that, becomes a member, and is shown out', async (t) => {
  const house = await openLockedHouse(t);
  const { page, trouble } = await openBrowser(t);
  await page.goto(house.address);
  await claimOn(page, house.claimCode);
  await page.locator('#ring-button').click();
  await page.locator('.stranger-card').first().waitFor();
  await openAccess(page);
  await page.getByText('Invite somebody').click();
  await page.getByLabel('What they may do').selectOption('viewer');
  await page.getByRole('button', { name: 'Make a link' }).click();
  const link = await readQrCode(page.locator('.qr-code'));
  assert.equal(link, await page.getByRole('textbox', { name: 'Link' }).inputValue());

  const { page: guest, trouble: guestTrouble } = await openBrowser(t);
  await guest.goto(link);
  await guest.getByRole('heading', { name: 'You are invited' }).waitFor();
  assert.equal(guest.url(), `${house.address}/`, 'the secret stays in the address');
  await guest.getByLabel('Your name').fill('<b>Grace</b>');
  await guest.getByLabel('A password').fill(password);
  await guest.getByRole('button', { name: 'Come in' }).click();
  await guest.getByRole('button', { name: 'I have kept them' }).click();
  await guest.locator('.visit').first().click();
  await guest.locator('.evidence').first().waitFor();
  for (const button of ['Save', 'Forget this visit']) assert.equal(await guest.getByRole('button', { name: button }).count(), 0); // prettier-ignore
  await guest.keyboard.press('Escape');
  for (const button of ['#ring-button', '#enrol-button', '#strangers-section', '#release-acts .button'])
    assert.equal(await guest.locator(button).first().isVisible(), false, button);
  await guest.locator('#who-button').click();
  assert.equal(await guest.locator('#dialog').getByRole('button', { name: 'Who may look in' }).count(), 0);
  await guest.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Dismiss' }).click();
  await page.keyboard.press('Escape');
  await openAccess(page);
  const row = page.locator('.access-row', { hasText: '<b>Grace</b>' });
  await row.getByText('Change', { exact: true }).click();
  await row.getByLabel('What <b>Grace</b> may do').selectOption('member');
  await row.getByRole('button', { name: 'Save' }).click();
  await page.locator('.access-row', { hasText: '<b>Grace</b>' }).getByText('Member', { exact: true }).waitFor();
  await guest.locator('#ring-button').waitFor(); // Without a reload by hand.

  await row.getByText('Change', { exact: true }).click();
  await row.getByRole('button', { name: 'Remove' }).click();
  await row.getByRole('button', { name: 'Remove' }).click();
  await row.waitFor({ state: 'detached' });
  await guest.getByRole('heading', { name: 'Who is there?' }).waitFor();
  assert.deepEqual({ ...trouble, complaints: unexpected(trouble.complaints) }, { complaints: [], foreign: [] });
  assert.deepEqual(
    { ...guestTrouble, complaints: unexpected(guestTrouble.complaints) },
    { complaints: [], foreign: [] },
  );
});

test('what could do harm asks for the password once more, and a token is told once', async (t) => {
  const house = await openLockedHouse(t);
  const { page } = await openBrowser(t);
  await page.goto(house.address);
  await claimOn(page, house.claimCode);
  await openAccess(page);
  await page.getByText('Make a token').click();
  await page.getByLabel('What is it for?').fill('Prometheus');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.getByRole('alert').filter({ hasText: 'Choose what it may do.' }).waitFor();
  await page.getByLabel('Read metrics').check();

  forgetProof(house.database);
  await page.getByRole('button', { name: 'Make it' }).click();
  const proof = page.locator('#proof');
  await proof.getByRole('heading', { name: 'Is it you?' }).waitFor();
  await proof.getByRole('button', { name: 'Leave it' }).click();
  await page.getByRole('alert').filter({ hasText: 'password again' }).waitFor();
  await page.getByRole('button', { name: 'Make it' }).click();
  await proof.getByRole('textbox', { name: 'Your password' }).fill(password);
  await page.keyboard.press('Enter');
  const token = await page.getByLabel('Token', { exact: true }).inputValue();
  const metrics = (authorization: string): Promise<Response> =>
    fetch(`${house.address}/metrics`, { headers: { authorization } });
  assert.equal((await metrics(`Bearer ${token}`)).status, 200);
  await page.getByRole('button', { name: 'Done' }).click();
  const row = page.locator('.access-row', { hasText: 'Prometheus' });
  await row.waitFor();
  assert.ok(!(await page.locator('#dialog').innerHTML()).includes(token));
  await row.getByRole('button', { name: 'Remove' }).click();
  await row.getByRole('button', { name: 'Remove' }).click();
  await row.waitFor({ state: 'detached' });
  assert.equal((await metrics(`Bearer ${token}`)).status, 401);
});

test('on this machine nobody is asked to log in; one entry says who may look in', async (t) => {
  const house = await openLockedHouse(t, 'open');
  const { page, trouble } = await openBrowser(t, { width: 320, height: 640 });
  await page.goto(house.address);
  await page.getByText('Nobody has rung yet').waitFor();
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  assert.equal(overflow, 0);
  await page.getByRole('button', { name: 'Who may look in' }).click();
  await page.getByText('Nobody has claimed this doorbell yet').waitFor();
  await page.locator('#dialog').getByText('Make a token').waitFor();
  await page.evaluate(readFileSync('node_modules/axe-core/axe.min.js', 'utf8'));
  const broken = async (): Promise<unknown> =>
    page.evaluate(`axe.run(document, { rules: { 'label-content-name-mismatch': { enabled: true } } }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 160)).join(' | ')))`);
  await page.evaluate(`for (const one of document.querySelectorAll('#dialog details')) one.open = true`);
  await until(page, 'document.getAnimations().length === 0');
  assert.deepEqual(await broken(), [], 'who may look in');
  await page.getByRole('button', { name: 'Claim it' }).click();
  await page.getByRole('heading', { name: 'Make this doorbell yours' }).waitFor();
  await until(page, 'document.getAnimations().length === 0');
  assert.deepEqual(await broken(), [], 'the claim');
  await claimOn(page); // Whoever holds the device need not read the code to type it.
  await page.locator('#who-button', { hasText: 'Ada' }).click();
  await page.getByText('This one').waitFor();
  await page.evaluate(readFileSync('node_modules/axe-core/axe.min.js', 'utf8'));
  await page.evaluate(`for (const one of document.querySelectorAll('#dialog details')) one.open = true`);
  await until(page, 'document.getAnimations().length === 0');
  assert.deepEqual(await broken(), [], 'my account');
  assert.deepEqual({ ...trouble, complaints: unexpected(trouble.complaints) }, { complaints: [], foreign: [] });
});

/** As if ten minutes had passed since the password was last shown. */
function forgetProof(database: string): void {
  const store = new Database(database);
  store.exec('UPDATE sessions SET proven_ms = 0, proven_uptime_ms = -1e9');
  store.close();
}
