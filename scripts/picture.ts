/** `npm run picture`: the picture of the page in README, of the demo household as `npm start` shows it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { Doorward, waitFor } from '../test/end-to-end/appliance-process.ts';
import { requireTools } from './debian/tools.ts';
import { begin } from './entry.ts';

begin({ usage: 'npm run picture' });

const target = join(import.meta.dirname, 'demo', 'page.jpg');
const viewport = { width: 1280, height: 800 };
/** The demo's visitors come one after the other: enough of them to fill the list. */
const visitsShown = 5;
const visitsMsMax = 180_000;
const quality = 82;

requireTools('chromium', '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf');
const folder = mkdtempSync(join(tmpdir(), 'doorward-picture-'));
const doorward = new Doorward(['run', '--demo-household', '--home', join(folder, 'home'), '--web.port=0']);
const browser = await chromium.launchPersistentContext(join(folder, 'browser'), {
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  viewport,
});
try {
  const address = await waitFor(
    'the appliance tells its address',
    () => /http:\/\/127\.0\.0\.1:\d+/.exec(doorward.out)?.[0],
  );
  const page = browser.pages()[0] ?? (await browser.newPage());
  await page.goto(address);
  const filled = page.locator('.visit img.thumb').nth(visitsShown - 1);
  await filled.waitFor({ timeout: visitsMsMax });
  await page
    .locator('#ring')
    .getByText(/^(Ada|Grace) is at the door/)
    .waitFor({ timeout: visitsMsMax }); // In the middle of the story.
  await sharp(await page.screenshot())
    .jpeg({ quality, mozjpeg: true })
    .toFile(target);
  console.log(`the page with the demo household: ${target}`);
} finally {
  await browser.close();
  doorward.send('SIGTERM');
  await doorward.ended;
  rmSync(folder, { recursive: true, force: true });
}
