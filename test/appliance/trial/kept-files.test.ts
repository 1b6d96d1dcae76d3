import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { KeptFiles } from '../../../src/appliance/trial/kept-files.ts';
import { nodeDisk } from '../../../src/machine/node/node-disk.ts';
import type { Home } from '../../../src/system/home.ts';
import { temporaryHome } from '../../store/samples.ts';

/** Two visits of two frames each, and a face. */
function pictures(t: TestContext): Home {
  const home = temporaryHome(t);
  for (const visit of ['v1', 'v2']) {
    mkdirSync(`${home.visits}/${visit}`, { recursive: true });
    for (const frame of [0, 1]) writeFileSync(`${home.visits}/${visit}/frame-${frame}.jpg`, 'jpeg');
  }
  mkdirSync(home.people, { recursive: true });
  writeFileSync(`${home.people}/face-1.jpg`, 'jpeg');
  return home;
}

test('a folder, a file of it, or the picture of a face that is gone is told; what comes is not', async (t) => {
  const home = pictures(t);
  writeFileSync(`${home.visits}/v1/frame-2.jpg.draft`, 'half');
  const kept = await KeptFiles.begin(nodeDisk, home);
  const gone = async (): Promise<readonly (readonly string[])[]> =>
    Object.values(await kept.gone()).map((ids) => [...ids]);
  rmSync(`${home.visits}/v1/frame-2.jpg.draft`);
  mkdirSync(`${home.visits}/v3`);
  assert.deepEqual(await gone(), [[], []]);
  rmSync(`${home.visits}/v1/frame-1.jpg`);
  assert.deepEqual(await gone(), [['v1'], []]);
  rmSync(`${home.visits}/v2`, { recursive: true });
  rmSync(`${home.people}/face-1.jpg`);
  assert.deepEqual(await gone(), [['v2', 'v1'], ['face-1']]);
  rmSync(home.visits, { recursive: true });
  assert.deepEqual((await gone())[0], ['v1', 'v2']);
});
