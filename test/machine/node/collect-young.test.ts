import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { nodeOptions } from '../../../src/machine/process/start-options.ts';

const file = join(import.meta.dirname, '..', '..', '..', 'src', 'machine', 'node', 'collect-young.ts');

/** Takes a picture in small pieces, as a pipe or a socket gives it, and tells what they take before and after. */
const reader = `
import { collectYoung } from ${JSON.stringify(file)};
for (let piece = 0; piece < 160; piece += 1) Buffer.allocUnsafeSlow(64 * 1024).fill(piece);
const before = process.memoryUsage().arrayBuffers;
collectYoung();
process.stdout.write(JSON.stringify([before, process.memoryUsage().arrayBuffers]));
`;

test('started as the bell is, a process can let go of pieces that nobody holds any more', () => {
  const words = [...nodeOptions, '--input-type=module', '--eval', reader];
  const [before = 0, after = 0] = JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' })) as number[];
  assert.ok(before > 5_000_000, `only ${before} bytes of pieces: nothing is seen`);
  assert.ok(after < 1_000_000, `${after} of ${before} bytes are still held`);
});
