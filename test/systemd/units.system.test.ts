/** The units as systemd 257 judges them, in the tree of a Debian 13 machine: without a warning, and little exposed. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import test, { after, before } from 'node:test';
import { machineTree } from '../device/tree.ts';

const exposureMax = 2;
const checkout = join(import.meta.dirname, '..', '..');
const units = globSync(join(checkout, 'systemd', '*.{service,socket}'));
const folder = mkdtempSync(join(tmpdir(), 'doorward-units-'));
/** The tree with our units in it, above the kept one. */
const root = join(folder, 'root');

before(async () => {
  const tree = await machineTree();
  for (const name of ['root', 'disk', 'work']) mkdirSync(join(folder, name));
  const layers = `lowerdir=${tree},upperdir=${join(folder, 'disk')},workdir=${join(folder, 'work')}`;
  execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, root]);
  execFileSync('mount', ['-t', 'proc', 'proc', join(root, 'proc')]);
  for (const unit of units) copyFileSync(unit, join(root, 'etc', 'systemd', 'system', basename(unit)));
  mkdirSync(join(root, 'opt', 'doorward', 'current'), { recursive: true });
  writeFileSync(join(root, 'opt', 'doorward', 'current', 'doorward'), '#!/bin/sh\n', { mode: 0o755 });
});

after(() => {
  spawnSync('umount', [join(root, 'proc')]);
  spawnSync('umount', [root]);
  rmSync(folder, { recursive: true, force: true });
});

function analyze(...words: readonly string[]): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync('chroot', [root, 'systemd-analyze', '--no-pager', ...words], {
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

test('systemd finds nothing to complain of', () => {
  assert.ok(units.length >= 3);
  assert.deepEqual(analyze('verify', ...units.map((unit) => basename(unit))), { status: 0, text: '' });
});

test('systemd would complain of a word that it does not know', () => {
  writeFileSync(
    join(root, 'etc/systemd/system/planted.service'),
    '[Service]\nExecStart=/bin/true\nRestartsMode=direct\n',
  );
  assert.match(analyze('verify', 'planted.service').text, /Unknown key/);
});

for (const unit of ['doorward.service', 'doorward-fall-back.service']) {
  test(`the exposure of ${unit} is below ${exposureMax}`, () => {
    const { text } = analyze('security', '--offline=true', unit);
    const exposure = Number(/Overall exposure level for \S+ (\d+\.\d)/.exec(text)?.[1]);
    assert.ok(exposure < exposureMax, text.split('\n').filter((line) => !line.startsWith('✓')).join('\n')); // prettier-ignore
  });
}
