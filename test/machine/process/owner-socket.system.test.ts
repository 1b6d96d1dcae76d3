/** Who is let in by the owner's socket, by real users of this machine: takes root and setpriv. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { compileNative } from '../../../scripts/native/compile.ts';

const [bell, group, person] = [64_001, 64_002, 64_003];

/** As this user, in these groups; inside a user namespace like that of the unit nobody else has a name. */
function as(user: number, groups: readonly number[]): readonly string[] {
  return ['setpriv', '--reuid', String(user), '--regid', String(groups[0]), `--groups=${groups.join(',')}`];
}

test('root, the user of the bell and its group are let in; others are not, whatever the file allows', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('takes root');
  compileNative(process.arch === 'arm64' ? 'arm64' : 'x64');
  const folder = mkdtempSync(join(tmpdir(), 'doorward-socket-'));
  t.after(() => rmSync(folder, { recursive: true }));
  chownSync(folder, bell, group);
  chmodSync(folder, 0o755);
  const path = join(folder, 'doorward.sock');
  const [setpriv = '', ...words] = as(bell, [group]);
  const child = spawn(setpriv, [...words, process.execPath, join(import.meta.dirname, 'owner-socket-child.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill());
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  while (!said.includes('open')) await once(child.stdout, 'data');
  const ask = (user: number, groups: readonly number[]): string => {
    const [program = '', ...options] = as(user, groups);
    return spawnSync(program, [...options, 'curl', '-s', '--unix-socket', path, 'http://localhost/'], { encoding: 'utf8', timeout: 10_000 }).stdout; // prettier-ignore
  };
  for (const [user, groups] of [
    [0, [0]],
    [bell, [group]],
    [person, [person, group]],
  ] as const)
    // prettier-ignore
    assert.equal(ask(user, groups), 'let in\n', `${user} in ${groups.join()}`);
  assert.equal(ask(person, [person]), '', 'the file keeps out who is not in the group');
  assert.doesNotMatch(said, /turned away/);
  chmodSync(path, 0o666);
  assert.equal(ask(person, [person]), '', 'and so do we');
  while (!said.includes('turned away')) await once(child.stdout, 'data');
  assert.match(said, new RegExp(`turned away ${person}`));
});
