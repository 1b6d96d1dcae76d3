import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { mallocEnvironment } from '../../src/machine/process/start-options.ts';

test('log-ins take 32 MB at most, however many come at once, and give them back', (t) => {
  const child = join(import.meta.dirname, 'password-memory-child.ts');
  const env = { ...process.env, ...mallocEnvironment }; // Without it each thread of the pool keeps what it had.
  const told = execFileSync(process.execPath, [child], { env, encoding: 'utf8' });
  const { hashed, peak, kept } = JSON.parse(told) as { hashed: number; peak: number; kept: number };
  t.diagnostic(told);
  assert.equal(hashed, 20, 'five of twenty are hashed, the others are told to come again');
  assert.ok(peak > 15 && peak < 32, `${peak} MB`);
  assert.ok(kept < 5, `${kept} MB are kept`);
});
