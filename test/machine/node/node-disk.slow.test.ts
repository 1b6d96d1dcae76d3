import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import test from 'node:test';
import { runOnSmallDisk } from './small-disk.ts';

const begin = `
  const { nodeDisk } = await import(${JSON.stringify(resolve('src/machine/node/node-disk.ts'))});
  const attempt = (work) => work.then(() => told.push('done'), (error) => told.push(error.kind + ': ' + error.message));`;

test('a disk that fills up is a fault of its own kind, and what was there stays', (t) => {
  const told = runOnSmallDisk(
    t,
    'none',
    `${begin}
    await attempt(nodeDisk.write(disk + '/large', new Uint8Array(100_000)));
    await nodeDisk.remove(disk + '/large');
    await attempt(nodeDisk.write(disk + '/small', 'x'));
    told.push(String(await nodeDisk.read(disk + '/kept')))`,
  );
  assert.match(
    told[0] ?? '',
    /^full: cannot write .*large: the disk is full: remove files or shorten retention\.days$/,
  );
  assert.deepEqual(told.slice(1), ['done', 'kept']);
});

test('a read-only disk can be read, and says what is wrong when written', (t) => {
  const told = runOnSmallDisk(
    t,
    'readOnly',
    `${begin}
    await attempt(nodeDisk.write(disk + '/new', 'x'));
    await attempt(nodeDisk.append(disk + '/kept', 'x'));
    await attempt(nodeDisk.remove(disk + '/kept'));
    await attempt(nodeDisk.makeDirectory(disk + '/folder'));
    told.push(String(await nodeDisk.read(disk + '/kept')))`,
  );
  assert.equal(told.filter((line) => /^read-only: cannot .*: the disk is read-only: mount it/.test(line)).length, 4);
  assert.equal(told[4], 'kept');
});
