import type { TestContext } from 'node:test';
import { claimed } from '../access/open-access.ts';
import { openHouse } from '../web/house.ts';
import type { Site } from '../../src/web/site.ts';
import { everyCaller, type AskedCaller } from './asked-callers.ts';

/** A claimed house with users and tokens of every kind, and its site. */
export async function openMatrix(t: TestContext): Promise<{ site: Site; callers: readonly AskedCaller[] }> {
  const { house: ground, ada } = await claimed(t);
  const access = await ground.open({ loopback: 'open' });
  const { site } = await openHouse(t, (house) => (house.access = access));
  return { site, callers: await everyCaller(ground, access, ada) };
}
