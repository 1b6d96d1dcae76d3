import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import test from 'node:test';

const begin = `const { processTerminal } = await import(${JSON.stringify(resolve('src/machine/process/process-terminal.ts'))});`;

test('lines go to their streams, and progress is for people only', () => {
  const text = `${begin} processTerminal.progress('half'); processTerminal.print('out'); processTerminal.complain('err');
    processTerminal.print(String(processTerminal.isInteractive))`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', text], { encoding: 'utf8' });
  assert.deepEqual([stdout, stderr], ['out\nfalse\n', 'err\n']);
});

test('a hostile name cannot repaint the terminal', () => {
  const text = `${begin} processTerminal.print('\\u001b[2J\\u001b]0;owned\\u0007 Zo\\u00eb \\u001b[1mbold\\u001b[0m \\u009b5A\\tend')`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', text], { encoding: 'utf8' });
  assert.equal(stdout, '\uFFFD[2J\uFFFD]0;owned\uFFFD Zoë \u001B[1mbold\u001B[0m \uFFFD5A\tend\n');
});

test('a reader that has seen enough is no error', () => {
  const text = `${begin} for (let line = 0; line < 100_000; line += 1) processTerminal.print('line ' + line)`;
  const shell = '"$0" --input-type=module -e "$1" | head -n 1; echo "${PIPESTATUS[0]}"';
  const { stdout, stderr } = spawnSync('bash', ['-c', shell, process.execPath, text], { encoding: 'utf8' });
  assert.deepEqual([stdout, stderr], ['line 0\n0\n', '']);
});

test('lines to the journal bear their priority, and those to anything else never do', () => {
  const text = `${begin} processTerminal.complain('one\\ntwo'); processTerminal.complain('worse', 3); processTerminal.print(processTerminal.isRecorded ? 'for the journal' : 'said');`;
  const shell = `JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) "$0" --input-type=module -e "$1"`;
  const journal = spawnSync('bash', ['-c', shell, process.execPath, text], { encoding: 'utf8' });
  assert.deepEqual([journal.stdout, journal.stderr], ['said\n', '<4>one\n<4>two\n<3>worse\n']);
  for (const stream of ['1:2', 'nonsense', '']) {
    const env = { ...process.env, JOURNAL_STREAM: stream };
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', text], { encoding: 'utf8', env });
    assert.equal(stderr, 'one\ntwo\nworse\n', 'inherited from the journal, and led elsewhere');
  }
  const recorded = spawnSync('bash', ['-c', `exec 9>&1; ${shell.replace('fd/2', 'fd/9')}`, process.execPath, text], {
    encoding: 'utf8',
  });
  assert.equal(recorded.stdout, 'for the journal\n', 'where names are not printed');
});
