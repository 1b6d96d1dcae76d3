// Writes visits as fast as it can into the home given, and says the number of each as soon as it is acknowledged.
import assert from 'node:assert/strict';

import { homeAt } from '../../src/system/home.ts';
import { decided, face, notification, openAt, openVisit, recogniser, vector } from './samples.ts';

const [root, prefix] = process.argv.slice(2);
assert(root !== undefined && prefix !== undefined);
const opened = await openAt(homeAt(root));
assert(opened.outcome === 'opened', JSON.stringify(opened));
const { store } = opened;
process.stdout.write('ready\n');

async function visit(id: string): Promise<void> {
  await openVisit(store, id);
  process.stdout.write(`open ${id}\n`);
  await store.write('decideVisit', decided(id, {
    face: { face: face(`face-${id}`, { kind: 'visit', visitId: id }), recogniser, vector: vector(1) },
    notifications: [notification(`n-${id}`, { visitId: id, kind: 'name' })],
  })); // prettier-ignore
  process.stdout.write(`decided ${id}\n`);
}

for (let i = 0; i < 100_000; i += 3) {
  await Promise.all([visit(`${prefix}-${i}`), visit(`${prefix}-${i + 1}`), visit(`${prefix}-${i + 2}`)]);
}
