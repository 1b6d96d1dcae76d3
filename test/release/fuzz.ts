// Throws damaged and made-up bytes at everything that reads bytes of others, for longer than a test may take.
// Run: npm run fuzz -- SECONDS (for each of the targets; an hour without a number)
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const secondsWanted = Number(process.argv[2] ?? 3600);
if (!Number.isFinite(secondsWanted) || secondsWanted <= 0)
  throw new Error(`cannot fuzz: ${process.argv[2]} is no number of seconds: say npm run fuzz -- 600`);
const fuzzed = spawnSync(process.execPath, ['--test', join(import.meta.dirname, 'fuzz.slow.test.ts')], {
  stdio: 'inherit',
  env: { ...process.env, FUZZ_SECONDS: String(secondsWanted) },
});
process.exitCode = fuzzed.status ?? 1;
