/**
 * The fast loop, in order of cost, stopping at the first failure: types, lint, format, unit tests (with the import table,
 * the tidy test and the small simulation), dead code. Stays under ten seconds.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';

const fastTests = globSync('test/**/*.test.ts').filter((path) => !/\.(slow|system)\.test\.ts$/.test(path));
const steps: readonly (readonly [string, string, readonly string[]])[] = [
  ['types', 'tsc', ['-p', '.']],
  ['lint', 'oxlint', ['--type-aware', '--quiet', 'src', 'test', 'scripts']],
  ['format', 'oxfmt', ['--check', 'src', 'test', 'scripts']],
  ['dead code', 'knip', ['--no-progress']],
  ['tests', 'node', ['--test', '--test-isolation=none', '--test-reporter=dot', ...fastTests]],
];

function run(command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Types, lint, format and dead code run side by side; the tests follow, alone, so that their timing is honest. */
async function check(): Promise<number> {
  const startedMs = performance.now();
  const report = async ([name, command, args]: (typeof steps)[number]): Promise<boolean> => {
    const beganMs = performance.now();
    const { code, output } = await run(command, args);
    const seconds = ((performance.now() - beganMs) / 1000).toFixed(1);
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
    if (code !== 0) console.log(output);
    return code === 0;
  };
  const still = await Promise.all(steps.filter(([name]) => name !== 'tests').map(report));
  const tests = steps.find(([name]) => name === 'tests');
  const isSound = still.every(Boolean) && tests !== undefined && (await report(tests));
  console.log(`${isSound ? 'checked' : 'not sound'} in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  return isSound ? 0 : 1;
}

process.exitCode = await check();
