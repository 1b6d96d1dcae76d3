// `doorward install --root`: a real tree, as that of a disk image, with an executable for another processor. Takes root.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  closeSync, copyFileSync, lstatSync, mkdirSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync, truncateSync,
  writeSync,
} from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const elfMachineAt = 18;
/** e_machine of 64-bit ARM, and of x86-64 for a test that runs on ARM. */
const otherProcessor = process.arch === 'arm64' ? [0x3e, 0] : [0xb7, 0];

function put(tree: string, executable: string): { readonly code: number | null; readonly said: string } {
  const words = [main, 'install', '--root', tree, '--from', executable];
  const env = { ...process.env, SOURCE_DATE_EPOCH: '1795000000' };
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', env });
  return { code: status, said: stdout + stderr };
}

test('a tree is filled, everybody comes through its folders, a second time nothing is done, half a try is completed', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-tree-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const executable = join(folder, 'doorward');
  copyFileSync('/bin/sh', executable);
  const tree = join(folder, 'tree');
  mkdirSync(join(tree, 'etc'), { recursive: true });
  const file = openSync(executable, 'r+');
  writeSync(file, Buffer.from(otherProcessor), 0, 2, elfMachineAt);
  closeSync(file);

  const first = put(tree, executable);
  assert.equal(first.code, 0, first.said);
  for (const path of ['opt', 'usr/local', 'etc/systemd', 'etc/udev', 'var/lib', 'opt/doorward/factory'])
    assert.equal(lstatSync(join(tree, path)).mode & 0o777, 0o755, path);
  assert.equal(lstatSync(join(tree, 'var/lib/doorward')).mode & 0o777, 0o750);
  assert.notEqual(lstatSync(join(tree, 'opt/doorward/slots/a/doorward')).uid, 0);
  assert.equal(lstatSync(join(tree, 'opt/doorward/factory/doorward')).uid, 0);
  const command = lstatSync(join(tree, 'usr/local/bin/doorward'));
  assert.deepEqual([command.isFile(), command.uid, command.mode & 0o777], [true, 0, 0o755], 'root runs it');
  assert.equal(readlinkSync(join(tree, 'opt/doorward/current')), 'slots/a');
  assert.deepEqual(readdirSync(join(tree, 'etc/systemd/system/sockets.target.wants')), ['doorward.socket']);

  assert.match(put(tree, executable).said, /there is nothing to do/);

  rmSync(join(tree, 'opt/doorward/current'));
  truncateSync(join(tree, 'opt/doorward/slots/a/doorward'), 100);
  const again = put(tree, executable);
  assert.equal(again.code, 0, again.said);
  assert.match(again.said, /put release .* into slot a/);
  assert.doesNotMatch(again.said, /factory/);
  assert.match(put(tree, executable).said, /there is nothing to do/);
});
