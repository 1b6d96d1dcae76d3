import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { readElf } from '../../src/install/elf-file.ts';
import { nodeStorage } from '../../src/machine/node/node-storage.ts';

test('a program says for which processor it is; one that is cut short, or is none, is told apart', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-elf-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const program = join(folder, 'program');
  const read = (path: string) => readElf(nodeStorage, path, statSync(path).size);
  copyFileSync('/bin/sh', program);
  const whole = await read(program);
  assert.deepEqual(whole.outcome === 'whole' && whole.architecture, `linux-${process.arch}`);
  truncateSync(program, Math.floor(statSync(program).size / 2));
  const cut = await read(program);
  assert.match(cut.outcome === 'refused' ? cut.message : '', /cut short: get the file again/);
  const text = join(folder, 'text');
  writeFileSync(text, 'no program at all, but long enough to have a header of sixty-four bytes in it');
  const refused = await read(text);
  assert.match(refused.outcome === 'refused' ? refused.message : '', /it is no program for 64-bit Linux/);
});
