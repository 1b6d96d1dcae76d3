import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { zooOnTable } from './on-a-table.ts';
import { zooReleases } from './releases/all.ts';
import { Zoo } from './zoo-keeper.ts';

/** One of each breadth: `npm run test:zoo` tries all of them, in every weather. */
const few = [
  ['unwell', 'quiet'],
  ['leaks-and-lies', 'quiet'],
  ['migrates-visits-away', 'quiet'],
  ['holds-more', 'quiet'],
] as const;

test('a release that is not well, one that leaks and says that it does not, and one that takes rows away are gone without a loss, and a good one stays', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-zoo-'));
  const zoo = new Zoo(await zooOnTable(folder));
  t.after(async () => {
    await zoo.close();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const [name, weather] of few) {
    const release = zooReleases.find((one) => one.name === name);
    assert(release !== undefined, name);
    const tried = await zoo.try(release, { weather, isStrained: false });
    assert.deepEqual(tried.wrong, [], `${name}: ${tried.trial.reason}: ${tried.trial.message}`);
  }
});
