import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { mkdtemp, open, rm, symlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { nodeDisk } from '../../../src/machine/node/node-disk.ts';
import { DiskFault, replaceFile } from '../../../src/system/disk.ts';

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-disk-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

const textOf = async (path: string): Promise<string> => Buffer.from((await nodeDisk.read(path)) ?? []).toString();

test('what is written, added, replaced and removed can be read accordingly', async (t) => {
  const folder = await temporaryFolder(t);
  const file = `${folder}/deep/er/file`;
  await nodeDisk.makeDirectory(`${folder}/deep/er`);
  await nodeDisk.makeDirectory(`${folder}/deep/er`);
  await nodeDisk.write(file, 'one');
  await nodeDisk.append(file, ' two');
  assert.equal(await textOf(file), 'one two');
  await replaceFile(nodeDisk, file, new Uint8Array([51]));
  assert.equal(await textOf(file), '3');
  await nodeDisk.append(`${folder}/new`, 'born');
  assert.equal(await textOf(`${folder}/new`), 'born');
  assert.equal(await nodeDisk.read(`${folder}/nothing`), undefined);
  await nodeDisk.remove(`${folder}/deep`);
  await nodeDisk.remove(`${folder}/deep`);
  assert.equal(await nodeDisk.read(file), undefined);
});

test('the name of a file that something is added to for the first time is made to last, and only then', async (t) => {
  const folder = await temporaryFolder(t);
  const probe = await open(folder);
  const handles = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  let synced = 0;
  const sync = handles.sync; // oxlint-disable-line typescript/unbound-method -- called with its handle below
  t.mock.method(handles, 'sync', async function (this: FileHandle) {
    if ((await this.stat()).isDirectory()) synced += 1;
    return sync.call(this);
  });
  await nodeDisk.append(`${folder}/new`, 'one');
  assert.equal(synced, 1);
  await nodeDisk.append(`${folder}/new`, 'two');
  assert.equal(synced, 1);
});

test('nobody else on the machine may look at files and folders', async (t) => {
  const folder = await temporaryFolder(t);
  await nodeDisk.makeDirectory(`${folder}/home`);
  await nodeDisk.write(`${folder}/home/face`, '');
  await nodeDisk.append(`${folder}/home/audit`, 'line');
  const modes = ['home', 'home/face', 'home/audit'].map((name) => statSync(`${folder}/${name}`).mode & 0o077);
  assert.deepEqual(modes, [0, 0, 0]);
});

test('a directory is listed sorted, with kinds and sizes, a link to nothing left out', async (t) => {
  const folder = await temporaryFolder(t);
  await nodeDisk.write(`${folder}/b`, '12345');
  await nodeDisk.makeDirectory(`${folder}/a`);
  await symlink('/nowhere/at/all', `${folder}/c`);
  const seen = await nodeDisk.list(folder);
  assert.deepEqual(seen.map(({ name, kind }) => [name, kind]), [['a', 'directory'], ['b', 'file']]); // prettier-ignore
  assert.equal(seen[1]?.bytes, 5);
  assert.deepEqual(await nodeDisk.list(`${folder}/nothing`), []);
  const { freeBytes, totalBytes } = await nodeDisk.space(folder);
  assert.ok(freeBytes > 0 && totalBytes >= freeBytes);
});

test('faults name the path, and a full disk is told from the others', async (t) => {
  const folder = await temporaryFolder(t);
  const isFault = (kind: string, message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof DiskFault);
    assert.equal(error.kind, kind);
    assert.match(error.message, message);
    return true;
  };
  // The kernel's own full disk.
  await assert.rejects(
    nodeDisk.write('/dev/full', 'x'),
    isFault('full', /^cannot write \/dev\/full: the disk is full: /),
  );
  await assert.rejects(nodeDisk.append('/dev/full', 'x'), isFault('full', /^cannot add to \/dev\/full/));
  await assert.rejects(nodeDisk.read(folder), isFault('other', /^cannot read \/.*it is a directory/));
  await assert.rejects(
    nodeDisk.write(`${folder}/no/file`, ''),
    isFault('other', /^cannot write .*: there is no such file or directory/),
  );
  await assert.rejects(nodeDisk.makeDirectory('/proc/doorward'), isFault('other', /^cannot make the directory \/proc/));
});
