import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { installationRoot } from '../../../src/machine/executable/native-libraries.ts';
import { removeSpareLibraries } from '../../../src/machine/executable/spare-libraries.ts';

const ids = { a: '000000000000000a', b: '000000000000000b', factory: '000000000000000f', old: '00000000000000ff' };

test('libraries that no slot needs are removed, and nothing else; a slot that does not say stops it', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'doorward-spare-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const place = (folder: string, list: string): void => {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, 'doorward'), '');
    writeFileSync(join(root, folder, 'libraries.json'), list);
  };
  for (const id of Object.values(ids)) mkdirSync(join(root, 'lib', id), { recursive: true });
  mkdirSync(join(root, 'lib', 'notes of the owner'));
  place('slots/a', JSON.stringify({ id: ids.a }));
  place('slots/b', 'half wri');
  place('factory', JSON.stringify({ id: ids.factory }));
  assert.equal(await removeSpareLibraries(root), 0);
  place('slots/b', JSON.stringify({ id: ids.b }));
  assert.equal(await removeSpareLibraries(root), 1);
  const kept = [ids.a, ids.b, ids.factory, 'notes of the owner'];
  assert.deepEqual(readdirSync(join(root, 'lib')).toSorted(), kept.toSorted());
  assert.equal(await removeSpareLibraries(join(root, 'nowhere')), 0);
});

test('an installation is known by its slots and its factory release', () => {
  for (const folder of ['slots/a', 'slots/b', 'factory'])
    assert.equal(installationRoot(`/opt/doorward/${folder}`), '/opt/doorward', folder);
  for (const folder of ['/home/ada', '/home/ada/slots', '/home/ada/a', '/'])
    assert.equal(installationRoot(folder), undefined, folder);
});
