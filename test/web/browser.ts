import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { chromium, type Page } from 'playwright-core';
import { requireTools } from '../../scripts/debian/tools.ts';

const executablePath = '/usr/bin/chromium';
const quiet = [
  '--no-sandbox', '--headless=new', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
]; // prettier-ignore

/** What a page did that it should not have. */
export interface Trouble {
  readonly complaints: string[];
  readonly foreign: string[];
}

/** Debian's Chromium with an empty profile and the window of a phone; both gone at the end of the test. */
export async function openBrowser(
  t: TestContext,
  viewport = { width: 390, height: 844 },
): Promise<{ page: Page; trouble: Trouble }> {
  requireTools('chromium', '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf');
  const profile = mkdtempSync(join(tmpdir(), 'doorward-chromium-'));
  // The certificates of test houses are signed by authorities that no browser knows.
  const options = { executablePath, args: quiet, viewport, ignoreHTTPSErrors: true };
  const browser = await chromium.launchPersistentContext(profile, options);
  t.after(async () => {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  });
  const page = browser.pages()[0] ?? (await browser.newPage());
  page.setDefaultTimeout(15_000);
  const trouble: Trouble = { complaints: [], foreign: [] };
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') trouble.complaints.push(message.text());
  });
  page.on('pageerror', (error) => trouble.complaints.push(error.message));
  page.on('dialog', (dialog) => {
    trouble.complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!/^(https?:\/\/127\.0\.0\.1:|data:|blob:)/.test(request.url())) trouble.foreign.push(request.url());
  });
  return { page, trouble };
}

const looksMax = 300;
const lookMs = 50;

/** Waits until an expression holds in the page. (Playwright's own wait evaluates in the page, which its policy forbids.) */
export async function until(page: Page, expression: string): Promise<void> {
  for (let look = 0; look < looksMax; look += 1) {
    if ((await page.evaluate(expression)) === true) return;
    await page.waitForTimeout(lookMs);
  }
  throw new Error(`cannot see in the page: ${expression}`);
}
