// The two shells that not every machine has, and a strict reader of manual pages.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { commands } from '../../src/command/commands.ts';
import { completionFor } from '../../src/command/completion.ts';
import { manPage } from '../../src/command/man.ts';
import { requireTools } from '../../scripts/debian/tools.ts';

requireTools('zsh', 'fish', 'mandoc');

test('zsh and fish take what is made for them, and fish proposes by it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-completion-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const zsh = spawnSync('zsh', ['-n'], { encoding: 'utf8', input: completionFor('zsh', commands()) });
  assert.deepEqual([zsh.status, zsh.stderr], [0, '']);
  const asked = `${completionFor('fish', commands())}
    complete -C 'doorward --json people s'; complete -C 'doorward --home x st'; complete -C 'doorward people remove A --y'`;
  const script = join(folder, 'asked.fish'); // Longer than a word of a command may be.
  writeFileSync(script, asked);
  const fish = spawnSync('fish', [script], { encoding: 'utf8' });
  assert.deepEqual([fish.status, fish.stderr], [0, '']);
  const words = fish.stdout.split('\n').map((line) => line.split('\t')[0]);
  assert.deepEqual(words, ['show', 'status', 'strangers', '--yes', '']);
});

test('a strict reader finds nothing to say of the manual page', () => {
  const input = manPage(commands(), { version: '1.2.3', madeMs: Date.parse('2026-11-20') });
  const lint = spawnSync('mandoc', ['-Tlint', '-Wall'], { encoding: 'utf8', input });
  assert.deepEqual([lint.status, lint.stdout + lint.stderr], [0, '']);
});
