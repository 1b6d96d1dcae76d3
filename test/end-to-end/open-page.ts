import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import type { EventType } from '../../src/system/event.ts';
import { startWeb } from '../../src/web/server.ts';
import { openBrowser, type Trouble } from '../web/browser.ts';
import { House } from '../web/house.ts';
import { demoFrame, moveIn } from '../web/lived-in-house.ts';

/** The page of a house with people and visits, in a real browser, once it shows them. */
export async function openPage(
  t: TestContext,
  prepare: (house: House) => void = () => undefined,
): Promise<{ house: House; page: Page; trouble: Trouble; address: string }> {
  const house = new House();
  await moveIn(house);
  prepare(house);
  await house.health.runOnce();
  const web = await startWeb(house.parts());
  t.after(async () => {
    await web.close();
    await house.close();
  });
  house.show(await demoFrame('sample3.jpg'));
  const { page, trouble } = await openBrowser(t);
  await page.goto(web.address);
  await page.locator('.visit').first().waitFor();
  return { house, page, trouble, address: web.address };
}

/** Something happens in the house. */
export function tell(house: House, type: EventType, visitId: string): void {
  house.events.emit({ type, status: 'success', component: 'visit', data: { visitId } });
}
