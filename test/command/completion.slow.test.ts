// The shell and the manual's reader themselves. Both are on every machine that the tests run on, or say what to install.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { commands } from '../../src/command/commands.ts';
import { completionFor } from '../../src/command/completion.ts';

/** What bash proposes for the last of these words. */
function proposed(...words: readonly string[]): string[] {
  const script = `${completionFor('bash', commands())}
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _doorward; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const ran = spawnSync('bash', ['-c', script, 'bash', 'doorward', ...words], { encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  return ran.stdout.split('\n').filter((line) => line !== '');
}

test('bash proposes commands, acts, options, settings and files', () => {
  assert.deepEqual(proposed('pe'), ['people']);
  assert.deepEqual(proposed('people', 's'), ['show']);
  assert.deepEqual(proposed('--json', 'people', 's'), ['show']);
  assert.deepEqual(proposed('--home', 'people', 'st'), ['status', 'strangers']);
  assert.deepEqual(proposed('people', 'remove', 'Ada', '--y'), ['--yes']);
  assert.deepEqual(proposed('settings', 'set', 'web.po'), ['web.port']);
  assert.deepEqual(proposed('run', '--web.po'), ['--web.port=']);
  assert.deepEqual(proposed('update', 'package.j'), ['package.json']);
  assert.deepEqual(proposed('--home', '=', 'package.j'), ['package.json']);
  assert.deepEqual(proposed('ring', ''), []);
});
