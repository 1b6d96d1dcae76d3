import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import type { Page } from 'playwright-core';
import { refusal } from '../../src/people/acts.ts';
import { until } from '../web/browser.ts';
import { faceOf } from '../web/neighbours.ts';
import { openPage, tell } from './open-page.ts';

/** What really lies on top in the middle of an element: itself, or what covers it. */
async function isOnTop(page: Page, selector: string): Promise<boolean> {
  return page.evaluate(`(() => {
    const node = document.querySelector('${selector}');
    const { x, y, width, height } = node.getBoundingClientRect();
    const top = document.elementFromPoint(x + width / 2, y + height / 2);
    return node.contains(top);
  })()`);
}

test('a ring and the answer to an act are seen, heard and pressed while a dialog is open, and stay when it closes', async (t) => {
  const { house, page, trouble } = await openPage(t);
  house.neighbours.past = house.neighbours.past.map((visit) => ({ ...visit, startedMs: Date.now() }));
  await page.locator('.person', { hasText: 'Grace' }).click();
  await page.locator('#dialog-title', { hasText: 'Grace' }).waitFor();
  tell(house, 'DOORBELL_PRESSED', 'visit-0');
  // By role: what is inert beside a dialog has none.
  const ring = page.getByRole('alert').filter({ hasText: 'Somebody is at the door' });
  await ring.waitFor();
  assert.ok(await isOnTop(page, '#ring strong'));
  house.neighbours.refuseNext = refusal('last-face', 'cannot remove the only face of a person');
  await page.getByRole('button', { name: 'Remove face 1' }).click();
  await page.getByRole('status').filter({ hasText: 'cannot remove the only face' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#dialog').waitFor({ state: 'hidden' });
  await ring.waitFor(); // It moves back to the page in the event that follows.
  assert.ok(await isOnTop(page, '#ring strong'));
  await page.locator('.person', { hasText: 'Grace' }).click();
  await ring.getByRole('button', { name: 'Look' }).click();
  await page.locator('#dialog-title', { hasText: 'Ada Lovelace' }).waitFor();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  assert.equal(await page.locator('#ring').isVisible(), false);
  assert.deepEqual(
    trouble.complaints.filter((text) => !text.includes('422')),
    [],
  );
});

test('"not Ada" can be undone, and its face is shown with Ada and given back', async (t) => {
  const { house, page } = await openPage(t, ({ neighbours }) => {
    neighbours.faces.push({ ...faceOf('face-2', 'ada'), kind: 'negative', source: 'visit' });
  });
  const { acts } = house.neighbours;
  await page.locator('.visit').first().click();
  await page.getByRole('button', { name: 'Not Ada Lovelace' }).click();
  await page.locator('#dialog .tag.stranger').waitFor();
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await page.locator('#dialog .tag.known').waitFor();
  assert.deepEqual(acts.at(-1)?.request, {
    visitId: 'visit-0',
    verdict: { kind: 'was', personId: 'ada' },
    actor: 'api',
  });
  await page.keyboard.press('Escape');
  await page.locator('.person', { hasText: 'Ada Lovelace' }).click();
  await page.getByRole('heading', { name: 'Not Ada Lovelace' }).waitFor();
  await page.getByRole('button', { name: 'Restore' }).click();
  await page.getByText('This face may be Ada Lovelace again.').waitFor();
  await page.getByRole('heading', { name: 'Not Ada Lovelace' }).waitFor({ state: 'detached' });
  assert.deepEqual(acts.at(-1)?.request, { faceId: 'face-2', actor: 'api' });
});

test('a name that another person has offers to merge the two, and the merge can be undone', async (t) => {
  const { house, page } = await openPage(t);
  await page.locator('.person', { hasText: 'Ada Lovelace' }).click();
  await page.locator('#dialog').getByLabel('Name', { exact: true }).fill('GRACE hopper');
  house.neighbours.refuseNext = refusal('name-taken', 'cannot use the name “GRACE hopper”: “Grace Hopper” is there');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('alert').filter({ hasText: 'cannot use the name' }).waitFor();
  await page.getByRole('button', { name: 'They are one person: merge into Grace Hopper' }).click();
  await page.locator('#dialog-title', { hasText: 'Grace Hopper' }).waitFor();
  assert.equal(house.neighbours.person('ada')?.mergedInto, 'grace');
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await page.locator('#dialog-title', { hasText: 'Ada Lovelace' }).waitFor();
  assert.equal(house.neighbours.person('ada')?.mergedInto, undefined);
});

test('the certificate of a removal is readable to its last letter on a phone, and can be kept as a file', async (t) => {
  const { page } = await openPage(t);
  await page.locator('.person', { hasText: 'Grace' }).click();
  await page.getByRole('button', { name: 'Delete this person' }).click();
  await page.getByRole('button', { name: 'Delete for good' }).click();
  const text = page.locator('.certificate');
  await text.waitFor();
  const hidden = await page.evaluate(
    `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.certificate'))`,
  );
  assert.equal(hidden, 0, 'something is cut off at the edge');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ]);
  assert.match(download.suggestedFilename(), /^doorward-removal-2026-05-04\.json$/);
  assert.equal(readFileSync(await download.path(), 'utf8'), await text.textContent());
});

test('no rule of accessibility is broken, on the page and in its dialogs', async (t) => {
  const { page } = await openPage(t, ({ neighbours }) => {
    neighbours.faces.push({ ...faceOf('face-2', 'ada'), kind: 'negative', source: 'visit' });
  });
  await page.evaluate(readFileSync('node_modules/axe-core/axe.min.js', 'utf8'));
  const broken = async (): Promise<unknown> =>
    page.evaluate(`axe.run(document, { rules: { 'label-content-name-mismatch': { enabled: true } } }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 160)).join(' | ')))`);
  assert.deepEqual(await broken(), []);
  for (const [opener, shown] of [
    ['.visit', '.evidence'],
    ['.person', '.adder'],
    ['.stranger-card', '.who-picture'],
    ['#enrol-button', '.adder'],
  ] as const) {
    await page.locator(opener).first().click();
    await page.locator(`#dialog ${shown}`).first().waitFor();
    // While it comes in, everything is paler than it is going to be.
    await until(page, `document.querySelector('#dialog').getAnimations({ subtree: true }).length === 0`);
    assert.deepEqual(await broken(), [], opener);
    await page.keyboard.press('Escape');
    await page.locator('#dialog').waitFor({ state: 'hidden' });
  }
});
