// Makes a home on a disk, has the disk remounted read-only, and opens it. Prints what it saw as JSON.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

import { homeAt } from '../../src/system/home.ts';
import { openAt, person } from './samples.ts';

const [folder] = process.argv.slice(2);
assert(folder !== undefined);
const home = homeAt(`${folder}/home`);
const opened = await openAt(home);
assert(opened.outcome === 'opened', JSON.stringify(opened));
await opened.store.write('addPerson', person('ada'));
await opened.store.close();
execFileSync('mount', ['-o', 'remount,ro', folder]);
const existing = await openAt(home);
execFileSync('mount', ['-o', 'remount,rw', folder]);
const again = await openAt(home);
assert(again.outcome === 'opened', JSON.stringify(again));
const people = again.store.read.people().length;
await again.store.close();
process.stdout.write(JSON.stringify({ existing, people }));
