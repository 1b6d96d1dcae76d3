// Throws damaged and made-up bytes at everything that reads bytes of others, for longer than a test may take.
// Run: npm run fuzz -- SECONDS (for each of the targets; an hour without a number). The last line is JSON.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { begin, wholeNumber } from '../../scripts/entry.ts';

const { positionals } = begin({ usage: 'npm run fuzz -- [SECONDS]', words: 1 });
const secondsWanted = wholeNumber(positionals[0], 3600);
const fuzzed = spawnSync(process.execPath, ['--test', join(import.meta.dirname, 'fuzz.slow.test.ts')], {
  stdio: 'inherit',
  env: { ...process.env, FUZZ_SECONDS: String(secondsWanted) },
});
console.log(JSON.stringify({ secondsEach: secondsWanted, failed: fuzzed.status === 0 ? 0 : 1 }));
process.exitCode = fuzzed.status ?? 1;
