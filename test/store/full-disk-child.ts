// On a small disk: writes until it is full, then makes room and goes on. Prints what it saw as JSON.
import assert from 'node:assert/strict';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';

import type { StoreFault } from '../../src/store/store.ts';
import { homeAt } from '../../src/system/home.ts';
import { openAt, person } from './samples.ts';

const [folder] = process.argv.slice(2);
assert(folder !== undefined);
const ballast = `${folder}/ballast`;
const home = homeAt(`${folder}/home`);

function fillDisk(leaveBytes: number): void {
  const { bavail, bsize } = statfsSync(folder as string);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize - leaveBytes));
}

fillDisk(4096);
const atFirst = await openAt(home);
rmSync(ballast);

const opened = await openAt(home);
assert(opened.outcome === 'opened', JSON.stringify(opened));
const { store } = opened;
fillDisk(300_000);
let stored = 0;
let fault: StoreFault | undefined;
while (fault === undefined && stored < 5000) {
  const name = `${stored} `.repeat(200);
  await store.write('addPerson', person(`p${stored}`, { name })).then(
    () => (stored += 1),
    (error: StoreFault) => (fault = error),
  );
}
const whileFull = store.read.people().length;
const backup = await store
  .write('backup', { path: `${home.backups}/copy.db` })
  .catch((error: StoreFault) => error.kind);
rmSync(ballast);
await store.write('addPerson', person('afterwards'));
await store.close();
const again = await openAt(home);
assert(again.outcome === 'opened');
const afterwards = again.store.read.people().length;
await again.store.close();
process.stdout.write(
  JSON.stringify({
    atFirst: atFirst.outcome,
    stored,
    kind: fault?.kind,
    message: fault?.message,
    whileFull,
    backup,
    afterwards,
  }),
);
