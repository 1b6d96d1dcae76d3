import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';

const intakeFile = join(import.meta.dirname, '..', '..', '..', 'src', 'machine', 'picture', 'intake.ts');

/** Another process that reads so many bytes after a line, and tells their sum, the most memory of chunks, and what came after. */
const reader = `
import { Intake, standardInput } from ${JSON.stringify(intakeFile)};
const intake = new Intake(standardInput(() => undefined));
const { bytes } = await intake.message();
const target = new Uint8Array(bytes);
const isWhole = await intake.fill(target);
const { arrayBuffers } = process.memoryUsage();
const next = await intake.message();
const sum = target.reduce((sum, byte) => (sum + byte) % 65521, 0);
process.stdout.write(JSON.stringify({ isWhole, sum, chunksBytes: arrayBuffers - bytes, next, end: (await intake.message()) === undefined }));
process.exit();
`;

test('a file that comes over a pipe is read whole, between lines, and its pieces leave nothing behind', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', reader], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const file = Uint8Array.from({ length: 6_000_000 }, (_, at) => (at * 7) % 251);
  child.stdin.write(`{"bytes":${file.length}}\n`);
  child.stdin.write(file);
  child.stdin.end('{"say":"go"}\n');
  let told = '';
  for await (const part of child.stdout) told += String(part);
  const { chunksBytes, ...read } = JSON.parse(told) as { chunksBytes: number };
  const sum = file.reduce((so, byte) => (so + byte) % 65521, 0);
  assert.deepEqual(read, { isWhole: true, sum, next: { say: 'go' }, end: true });
  assert.ok(chunksBytes < 1_000_000, `${chunksBytes} bytes of pieces wait for the collector`);
});
