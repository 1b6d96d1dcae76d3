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
