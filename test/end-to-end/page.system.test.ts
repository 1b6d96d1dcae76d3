import assert from 'node:assert/strict';
import test from 'node:test';
import { refusal } from '../../src/people/acts.ts';
import { startWeb } from '../../src/web/server.ts';
import { openBrowser, until } from '../web/browser.ts';
import { House } from '../web/house.ts';
import { hostileName } from '../web/lived-in-house.ts';
import { openPage, tell } from './open-page.ts';

test('a phone sees the live picture, who was here and why; nothing comes from elsewhere or complains', async (t) => {
  const { page, trouble } = await openPage(t);
  await until(page, `document.querySelector('#live').naturalWidth > 0`);
  const first = page.locator('.visit').first();
  assert.match(await first.innerText(), /Ada Lovelace\s+Known\s+Ada Lovelace: distance 0\.31/);
  assert.match(await page.locator('#visits').innerText(), /face 31 px wide, 48 needed: stand 36 % nearer/);
  assert.equal(await page.locator('#health').innerText(), 'All well');
  for (const width of [320, 390, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    assert.equal(overflow, 0, `the page is wider than ${width} px`);
  }
  const nameless = await page.evaluate(`
    [...document.querySelectorAll('button, a, input, select')]
      .filter((node) => !(node.textContent.trim() || node.getAttribute('aria-label') || node.closest('label')))
      .map((node) => node.outerHTML)`);
  assert.deepEqual(nameless, [], 'controls without a name');
  assert.deepEqual(trouble, { complaints: [], foreign: [] });
});

test('a hostile name is text everywhere, in lists, in the banner and in dialogs', async (t) => {
  const { house, page, trouble } = await openPage(t);
  house.neighbours.past = house.neighbours.past.map((visit) =>
    visit.id === 'visit-3' ? { ...visit, startedMs: Date.now() } : visit,
  );
  tell(house, 'DOORBELL_PRESSED', 'visit-3');
  await page.locator('#ring.ringing').waitFor();
  tell(house, 'FACE_RECOGNIZED', 'visit-3');
  await page.locator('#ring.known').waitFor();
  assert.ok((await page.locator('#ring').innerText()).includes(`${hostileName} is at the door`));
  await page.locator('.person', { hasText: 'Mallory' }).click();
  await page.locator('#dialog-title', { hasText: '<img src=x' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.visit', { hasText: 'Mallory' }).click();
  await page.locator('.visit-reason', { hasText: '<b>Mallory</b>' }).waitFor();
  const planted = await page.locator('b, img[src="x"], img[src$="/x"]').count();
  assert.equal(planted, 0, 'a name became an element');
  assert.ok(!(await page.title()).startsWith('broken in'));
  assert.deepEqual(trouble, { complaints: [], foreign: [] });
});

test('a ring shows at once, and the name follows; the button on the page rings', async (t) => {
  const { house, page } = await openPage(t);
  const ring = page.locator('#ring');
  assert.equal(await ring.isVisible(), false);
  await page.locator('#ring-button').click();
  await until(page, `!document.querySelector('#ring-button').disabled`);
  assert.equal(house.rings[0]?.source, 'api');
  const [visit, ...rest] = house.neighbours.past;
  assert.ok(visit !== undefined);
  const open = {
    phase: 'open',
    outcome: undefined,
    personName: undefined,
    reason: undefined,
    thumbnail: undefined,
  } as const;
  house.neighbours.past = [{ ...visit, ...open, startedMs: Date.now() }, ...rest];
  tell(house, 'DOORBELL_PRESSED', visit.id);
  await page.getByRole('alert').filter({ hasText: 'Somebody is at the door' }).waitFor();
  house.neighbours.past = [{ ...visit, startedMs: Date.now() }, ...rest];
  tell(house, 'EVENT_ENRICHED', visit.id);
  await page.getByRole('alert').filter({ hasText: 'Ada Lovelace is at the door' }).waitFor();
  assert.equal(await page.title(), '🔔 Ada Lovelace is at the door');
  await ring.getByRole('button', { name: 'Dismiss' }).click();
  assert.equal(await ring.isVisible(), false);
});

test('a visit opens with its evidence and is corrected; a stranger is named', async (t) => {
  const { house, page } = await openPage(t);
  const { acts } = house.neighbours;
  await page.locator('.visit').first().click();
  const dialog = page.locator('#dialog');
  await dialog.getByText('How far this face is from people you know').waitFor();
  assert.match(await dialog.innerText(), /Grace\s+0\.61[\s\S]*90 px \(48 needed\)[\s\S]*640 ms/);
  await dialog.getByRole('button', { name: 'Not Ada Lovelace' }).click();
  await dialog.locator('.tag.stranger').waitFor();
  assert.deepEqual(acts.at(-1)?.request, { visitId: 'visit-0', verdict: { kind: 'was-not' }, actor: 'api' });
  await dialog.getByLabel('This is').fill('grace HOPPER');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.locator('.tag.known').waitFor();
  assert.deepEqual(acts.at(-1)?.request, {
    visitId: 'visit-0',
    verdict: { kind: 'was', personId: 'grace' },
    actor: 'api',
  });
  await page.keyboard.press('Escape');
  await page.locator('.stranger-card').first().click();
  await dialog.getByLabel('Name').fill('The postwoman');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The postwoman: 3 past visits named.').waitFor();
  await page.locator('.person', { hasText: 'The postwoman' }).waitFor();
  assert.deepEqual(acts.at(-1)?.request, { strangerId: 'stranger-1', who: { name: 'The postwoman' }, actor: 'api' });
});

test('somebody is enrolled from the camera and from a picture, with the reason when a face is refused', async (t) => {
  const { house, page } = await openPage(t);
  const dialog = page.locator('#dialog');
  await page.locator('#enrol-button').click();
  await dialog.getByLabel('Name').fill('Joan Clarke');
  house.neighbours.refuseNext = refusal(
    'like-another-person',
    'cannot enrol Joan Clarke: this face is like Ada Lovelace',
  );
  await dialog.getByRole('button', { name: 'From the camera' }).click();
  await dialog.getByText('this face is like Ada Lovelace').waitFor();
  await dialog.getByRole('button', { name: 'They are two people: enrol anyway' }).click();
  await page.getByText('Joan Clarke is enrolled.').waitFor();
  assert.match(JSON.stringify(house.neighbours.acts.at(-1)), /"isSomebodyElse":true/);
  await page.locator('.person', { hasText: 'Joan Clarke' }).click();
  await dialog.locator('input[type=file]').setInputFiles('node_modules/@vladmandic/face-api/demo/sample1.jpg');
  await dialog.getByRole('button', { name: 'Remove face 2' }).waitFor();
  assert.match(JSON.stringify(house.neighbours.acts.at(-1)?.request), /"kind":"files"/);
});

test('a person is deleted only after a question, and the certificate is shown', async (t) => {
  const { house, page } = await openPage(t);
  const dialog = page.locator('#dialog');
  await page.locator('.person', { hasText: 'Grace' }).click();
  await dialog.getByRole('button', { name: 'Delete this person' }).click();
  await dialog.getByText('This cannot be undone').waitFor();
  assert.ok(house.neighbours.person('grace') !== undefined);
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await dialog.getByText('"sha256"').waitFor();
  assert.equal(house.neighbours.person('grace'), undefined);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.locator('.person', { hasText: 'Grace' }).waitFor({ state: 'detached' });
});

test('an empty house says what to do; a silent camera and a lost connection say so', async (t) => {
  const house = new House();
  Object.assign(house.neighbours, { past: [], folk: [], faces: [], unnamed: [] });
  const web = await startWeb(house.parts());
  t.after(async () => {
    await web.close();
    await house.close();
  });
  const { page } = await openBrowser(t);
  await page.goto(web.address);
  await page.getByText('Nobody has rung yet').waitFor();
  await page.getByText('Nobody is enrolled yet').waitFor();
  await page.getByText('The camera is starting…').waitFor();
  assert.equal(await page.locator('#strangers-section').isVisible(), false);
  const port = Number(new URL(web.address).port);
  await web.close();
  await page.getByText('Connection lost. Trying again…').waitFor();
  const parts = house.parts();
  const again = await startWeb({ ...parts, settings: { ...parts.settings, web: { ...parts.settings.web, port } } });
  t.after(() => again.close());
  await page.locator('#lost').waitFor({ state: 'hidden' });
});
