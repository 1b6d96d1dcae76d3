/** Our own addon in a real process: it lets go of the pages of its program, and goes on. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { compileNative } from '../../../scripts/native/compile.ts';

const program = `
  const { readFileSync } = require('node:fs');
  const filesKb = () => Number(/RssFile:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  const before = filesKb();
  const told = require(process.argv[1]).forgetFilePages();
  const look = () => filesKb() < before / 2 ? console.log(told, [3, 1, 2].toSorted().join()) : setTimeout(look, 10);
  look();
`;

test('a process lets go of the pages of its program that only its start needed', () => {
  const addon = compileNative(process.arch === 'arm64' ? 'arm64' : 'x64');
  assert.equal(
    execFileSync(process.execPath, ['-e', program, addon], { encoding: 'utf8', timeout: 60_000 }),
    '0 1,2,3\n',
  );
});
