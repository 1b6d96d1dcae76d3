/**
 * The fast loop: types, lint, format, dead code, and the unit tests with the import table, the tidy test and the small
 * simulations. Two steps at a time, the long ones first, and nothing is started after a failure. What no change has
 * reached since it was sound is not looked at again: under ten seconds for a usual edit; `--all` looks at everything.
 * Chosen: what a change has reached; rejected: everything at every turn; why: ten seconds. `npm test` looks at everything.
 */
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { Affected, type Reach } from './check/affected.ts';
import { begin } from './entry.ts';

const stepsAtOnce = 2;
/** Types are stripped from some 500 files: once, not at every run. */
const cache = 'node_modules/.cache/check';
const ground = ['package-lock.json', 'tsconfig.json', '.oxlintrc.json'];
const fastTests = globSync('test/**/*.test.ts').filter(
  (path) => !/\.(slow|alone|system|nightly)\.test\.ts$/.test(path),
);
/** Tests of the tree itself depend on files that they do not import. */
const readsTree = (path: string): boolean => /import\.meta\.dirname|globSync/.test(readFileSync(path, 'utf8'));
const isSimulation = (path: string): boolean => path.startsWith('test/simulation/') && !readsTree(path);

const { values } = begin({ usage: 'npm run check -- [--all]', options: { all: { type: 'boolean', default: false } } });
const isAll = values.all;
const affected = new Affected(`${cache}/sound.json`, ground);

interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Of these the step looks at those that a change has reached; without them at everything. */
  readonly files?: readonly string[];
  readonly reach?: Reach;
  readonly always?: (file: string) => boolean;
}

/** A test that never ends is named after a minute: one that lasts a second is of the slow ones. */
const testOptions = ['--test', '--test-isolation=none', '--test-reporter=dot', '--test-timeout=60000'];
const steps: readonly Step[] = [
  { name: 'simulations', command: 'node', args: testOptions, files: fastTests.filter(isSimulation) },
  {
    name: 'types',
    command: 'tsc',
    // Every further checker reads all types again: with another step beside it one is the quickest.
    args: ['-p', '.', '--checkers', '1', '--incremental', '--tsBuildInfoFile', `${cache}/types.tsbuildinfo`],
  },
  {
    name: 'tests',
    command: 'node',
    args: testOptions,
    files: fastTests.filter((path) => !isSimulation(path)),
    always: readsTree,
  },
  {
    name: 'lint',
    command: 'oxlint',
    args: ['--type-aware', '--quiet'],
    files: globSync(['src/**/*.{ts,js}', 'test/**/*.ts', 'scripts/**/*.ts']),
    // What a rule finds in a file hangs on the types that it imports; types that have come from further are `tsc`'s matter.
    reach: 'near',
  },
  { name: 'dead code', command: 'knip', args: ['--no-progress', '--cache', '--cache-location', `${cache}/knip`] },
  { name: 'format', command: 'oxfmt', args: ['--check', 'src', 'test', 'scripts'] },
];

function run(command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, NODE_COMPILE_CACHE: `${cache}/code` };
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

/** Whether all is well, said in a line, and in all its words when it is not. */
async function take({ name, command, args, files, reach = 'deep', always = () => false }: Step): Promise<boolean> {
  const beganMs = performance.now();
  const reached = new Set(affected.of(name, reach, files ?? [])); // Asked first, always: what is edited during the run was not looked at.
  const chosen = files?.filter((file) => isAll || reached.has(file) || always(file)) ?? [];
  const isIdle = files !== undefined && chosen.length === 0;
  const { code, output } = isIdle ? { code: 0, output: '' } : await run(command, [...args, ...chosen]);
  if (code === 0 && !isIdle) affected.noteSound(name, reach, chosen);
  const share = files === undefined ? '' : ` (${chosen.length} of ${files.length} files)`;
  console.log(
    `${code === 0 ? 'ok  ' : 'FAIL'} ${name}${share}, ${((performance.now() - beganMs) / 1000).toFixed(1)} s`,
  );
  if (code !== 0) console.log(output);
  return code === 0;
}

async function check(): Promise<number> {
  const startedMs = performance.now();
  const waiting = [...steps];
  let isSound = true;
  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined && isSound; step = waiting.shift())
      if (!(await take(step))) isSound = false;
  };
  await Promise.all(Array.from({ length: stepsAtOnce }, work));
  console.log(`${isSound ? 'checked' : 'not sound'} in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  return isSound ? 0 : 1;
}

process.exitCode = await check();
