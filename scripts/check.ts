/**
 * The fast loop: types, lint, format, dead code, and the unit tests with the import table, the tidy test and the small
 * simulations. Two steps at a time, the long ones first, and nothing is started after a failure. Stays under ten seconds.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';

const stepsAtOnce = 2;
/** Types are stripped from some 500 files: once, not at every run. */
const compileCache = 'node_modules/.cache/check';
const fastTests = globSync('test/**/*.test.ts').filter((path) => !/\.(slow|system|nightly)\.test\.ts$/.test(path));
const isSimulation = (path: string): boolean => path.startsWith('test/simulation/');

interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

function tests(name: string, files: readonly string[]): Step {
  const args = ['--test', '--test-isolation=none', '--test-reporter=dot', ...files];
  return { name: `${name} (${files.length} files)`, command: 'node', args };
}

const steps: readonly Step[] = [
  { name: 'types', command: 'tsc', args: ['-p', '.'] },
  { name: 'lint', command: 'oxlint', args: ['--type-aware', '--quiet', 'src', 'test', 'scripts'] },
  tests(
    'tests',
    fastTests.filter((path) => !isSimulation(path)),
  ),
  tests('simulations', fastTests.filter(isSimulation)),
  { name: 'dead code', command: 'knip', args: ['--no-progress'] },
  { name: 'format', command: 'oxfmt', args: ['--check', 'src', 'test', 'scripts'] },
];

function run({ command, args }: Step): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, NODE_COMPILE_CACHE: compileCache };
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
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

async function check(): Promise<number> {
  const startedMs = performance.now();
  const waiting = [...steps];
  let isSound = true;
  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined && isSound; step = waiting.shift()) {
      const beganMs = performance.now();
      const { code, output } = await run(step);
      console.log(
        `${code === 0 ? 'ok  ' : 'FAIL'} ${step.name} (${((performance.now() - beganMs) / 1000).toFixed(1)} s)`,
      );
      if (code === 0) continue;
      isSound = false;
      console.log(output);
    }
  };
  await Promise.all(Array.from({ length: stepsAtOnce }, work));
  console.log(`${isSound ? 'checked' : 'not sound'} in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  return isSound ? 0 : 1;
}

process.exitCode = await check();
