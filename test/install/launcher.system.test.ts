/** What root does when it types `doorward`: the real script, in a tree of its own. Takes root and setpriv. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync,
} from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { launcher } from '../../src/install/launcher.ts';

const nobody = 65_534;
const person = 64_003;

interface Tree {
  readonly releases: string;
  readonly type: (user: number, ...words: readonly string[]) => { readonly code: number | null; readonly said: string };
}

/** A release in use that says who runs it, and a factory release that repeats what it is told. */
function treeOf(t: TestContext): Tree {
  const releases = mkdtempSync(join(tmpdir(), 'doorward-launcher-'));
  t.after(() => rmSync(releases, { recursive: true }));
  chmodSync(releases, 0o755);
  for (const name of ['current', 'factory']) mkdirSync(join(releases, name), { mode: 0o755 });
  copyFileSync('/usr/bin/id', join(releases, 'current/doorward'));
  copyFileSync('/usr/bin/echo', join(releases, 'factory/doorward'));
  for (const name of ['current', 'factory']) chmodSync(join(releases, name, 'doorward'), 0o755);
  chownSync(join(releases, 'current/doorward'), nobody, nobody);
  const command = join(releases, 'command');
  writeFileSync(command, launcher.replace('/opt/doorward', releases).replace('user=doorward', 'user=nobody').replace('--regid="$user"', '--regid=nogroup')); // prettier-ignore
  chmodSync(command, 0o755);
  return {
    releases,
    type(user, ...words) {
      const as = user === 0 ? [] : ['setpriv', '--reuid', String(user), '--regid', String(user), '--clear-groups'];
      const [program = '', ...rest] = [...as, command, ...words];
      const { status, stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8', timeout: 10_000 });
      return { code: status, said: stdout + stderr };
    },
  };
}

test('root never runs the release in use: it becomes the bell’s user first; others stay who they are', (t) => {
  if (process.getuid?.() !== 0) return t.skip('takes root');
  const { type } = treeOf(t);
  assert.deepEqual(type(0, '-u'), { code: 0, said: `${nobody}\n` });
  assert.deepEqual(type(person, '-u'), { code: 0, said: `${person}\n` });
  assert.equal(type(0, '--no-such-option').code, 1, 'its exit code is the command’s');
});

test('install and uninstall are done by the factory release, while that is root’s alone', (t) => {
  if (process.getuid?.() !== 0) return t.skip('takes root');
  const { releases, type } = treeOf(t);
  const [factory, kept] = [join(releases, 'factory'), join(releases, 'kept')];
  const program = join(factory, 'doorward');
  assert.deepEqual(type(0, 'install', '--dry-run', 'a b'), { code: 0, said: 'install --dry-run a b\n' });
  const spoils: readonly (readonly [why: string, spoil: () => void, mend: () => void])[] = [
    ['a file of somebody else', () => chownSync(program, person, person), () => chownSync(program, 0, 0)],
    ['a file that others may write', () => chmodSync(program, 0o757), () => chmodSync(program, 0o755)],
    ['a folder that a group may write', () => chmodSync(factory, 0o775), () => chmodSync(factory, 0o755)],
    ['a folder of somebody else', () => chownSync(factory, person, person), () => chownSync(factory, 0, 0)],
    ['a link to another folder', () => { renameSync(factory, kept); symlinkSync(kept, factory); }, () => { rmSync(factory); renameSync(kept, factory); }],
    ['a link to another program', () => { renameSync(program, kept); symlinkSync('/usr/bin/echo', program); }, () => { rmSync(program); renameSync(kept, program); }],
  ]; // prettier-ignore
  for (const [why, spoil, mend] of spoils) {
    spoil();
    const { code, said } = type(0, 'uninstall');
    assert.deepEqual([code, /is not root's alone/.test(said)], [1, true], `${why}: ${said}`);
    mend();
    assert.equal(type(0, 'uninstall').said, 'uninstall\n', why);
  }
  rmSync(program);
  assert.notEqual(type(0, 'install').code, 0);
  assert.equal(existsSync(program), false);
});
