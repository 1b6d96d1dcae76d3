import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { nodeStorage } from '../../../src/machine/node/node-storage.ts';
import { DiskFault } from '../../../src/system/disk.ts';

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-storage-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('parts are written anywhere, and read anywhere', async (t) => {
  const path = join(await folderFor(t), 'file');
  await nodeStorage.writePart(path, 4, Buffer.from('door'));
  await nodeStorage.writePart(path, 0, Buffer.from('open'));
  assert.equal(await readFile(path, 'utf8'), 'opendoor');
  assert.equal(Buffer.from((await nodeStorage.readPart(path, 2, 4)) ?? []).toString(), 'endo');
  assert.equal(Buffer.from((await nodeStorage.readPart(path, 6, 100)) ?? []).toString(), 'or', 'fewer at the end');
  assert.equal((await nodeStorage.readPart(path, 100, 4))?.byteLength, 0, 'none after it');
  await nodeStorage.truncate(path, 3);
  assert.equal(await readFile(path, 'utf8'), 'ope');
  assert.equal(await nodeStorage.readPart(`${path}-missing`, 0, 1), undefined);
});

test('a link is what it was made, is no other file, and is replaced by a rename', async (t) => {
  const folder = await folderFor(t);
  const link = join(folder, 'current');
  assert.equal(await nodeStorage.readLink(link), undefined);
  await nodeStorage.makeLink('slots/a', link);
  assert.equal(await nodeStorage.readLink(link), 'slots/a');
  await assert.rejects(nodeStorage.makeLink('slots/b', link), DiskFault);
  await nodeStorage.makeLink('slots/b', `${link}.draft`);
  await nodeStorage.rename(`${link}.draft`, link);
  assert.equal(await nodeStorage.readLink(link), 'slots/b');
  await writeFile(join(folder, 'file'), '');
  assert.equal(await nodeStorage.readLink(join(folder, 'file')), undefined, 'a file is no link');
});

test('modes are set, and faults say what and where', async (t) => {
  const path = join(await folderFor(t), 'entry');
  await nodeStorage.writePart(path, 0, Buffer.from('#!'));
  assert.equal((await stat(path)).mode & 0o777, 0o600, 'nobody else reads it unless that is wanted');
  await nodeStorage.setMode(path, 0o755);
  assert.equal((await stat(path)).mode & 0o777, 0o755);
  await assert.rejects(nodeStorage.setMode(`${path}-missing`, 0o755), /cannot set the permissions of .*entry-missing/);
  await assert.rejects(nodeStorage.writePart(`${path}/below`, 0, Buffer.from('x')), /cannot write .*below/);
});
