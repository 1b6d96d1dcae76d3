import assert from 'node:assert/strict';
import test from 'node:test';
import { Street } from '../appliance/street.ts';
import { openBrowser, until } from '../web/browser.ts';

const looksMax = 600;

test('a page that is open during an update goes on: the live picture and the news come from whoever has the door', async (t) => {
  const street = await Street.open(t);
  const { page, trouble } = await openBrowser(t);
  const asked = { streams: 0 };
  page.on('request', (request) => {
    if (request.url().includes('/live.mjpeg')) asked.streams += 1;
  });
  const isShown = async (streams: number): Promise<void> => {
    for (let look = 0; asked.streams < streams; look += 1) {
      assert.ok(look < looksMax, `the live picture was asked for ${asked.streams} times`);
      await page.waitForTimeout(50);
    }
    await until(page, `document.querySelector('#live').complete && document.querySelector('#live').naturalWidth > 0`);
    await until(page, `document.querySelector('#lost').hidden`);
  };
  await page.goto(street.address, { waitUntil: 'domcontentloaded' });
  await isShown(1);
  assert.equal(asked.streams, 1);

  await street.startCandidate();
  await street.handOver();
  await isShown(2);
  await street.press();
  await page.locator('#ring', { hasText: /at the door/ }).waitFor();

  process.kill(street.candidatePid, 'SIGKILL');
  await street.order('take-back');
  await isShown(3);
  // A killed process cuts its streams short, and Chromium says so.
  const complaints = trouble.complaints.filter((text) => !text.includes('ERR_'));
  assert.deepEqual({ complaints, foreign: trouble.foreign }, { complaints: [], foreign: [] });
});
