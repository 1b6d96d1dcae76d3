/**
 * `npm run -s check:time`: how long the loop takes: `npm run check` after a change in one room, `npm test`, `.ci/run`. What
 * `.build/times/` knows of this commit is not run again. `--only check`, `test` or `ci` for one of them, `--room NAME` for
 * the check of one room. The last line is JSON.
 *
 * The check is measured in a clone of what is committed, where everything was found sound: a comment is put at the end of
 * the largest file of a room, `npm run check` is run, and the comment is taken away. The slowest room counts.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { join } from 'node:path';
import { commitName } from './ci/commit-name.ts';
import { begin } from './entry.ts';

const secondsPerMinute = 60;
const change = '// A change.\n';

const { values } = begin({
  usage: 'npm run -s check:time -- [--only check|test|ci] [--room NAME…]',
  options: { only: { type: 'string', multiple: true }, room: { type: 'string', multiple: true } },
});
const isWanted = (part: string): boolean => values.only?.includes(part) ?? true;

/** A clone with packages of its own in all but their bytes, because the check keeps what it knows beside them. */
function makeClone(folder: string): void {
  execFileSync('git', ['clone', '--quiet', '.', folder]);
  execFileSync('cp', ['-al', 'node_modules', join(folder, 'node_modules')]);
  rmSync(join(folder, 'node_modules', '.cache'), { recursive: true, force: true });
  symlinkSync(join(process.cwd(), '.models'), join(folder, '.models'));
}

/** Seconds, by the check's own word. */
function check(folder: string): number {
  const { stdout } = spawnSync(process.execPath, ['scripts/check.ts'], { cwd: folder, encoding: 'utf8' });
  const seconds = /^checked in ([\d.]+) s$/m.exec(stdout)?.[1];
  if (seconds === undefined) throw new Error(`cannot measure the check: it is not sound: ${stdout}`);
  return Number(seconds);
}

function largestFile(room: string): string {
  const sizes = globSync('**/*.ts', { cwd: room }).map((name) => ({ name, bytes: statSync(join(room, name)).size }));
  const [largest] = sizes.toSorted((one, other) => other.bytes - one.bytes);
  return join(room, largest?.name ?? '');
}

function measureCheck(): number {
  mkdirSync('.build', { recursive: true });
  const folder = mkdtempSync(join('.build', 'check-time-'));
  try {
    const clone = join(folder, 'clone');
    makeClone(clone);
    console.log(`everything, as after a clone: ${check(clone)} s`);
    console.log(`nothing changed: ${check(clone)} s`);
    const rooms = readdirSync(join(clone, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const measured = rooms
      .map(({ name }) => name)
      .filter(
        (name) => (values.room?.includes(name) ?? true) && globSync(`src/${name}/**/*.ts`, { cwd: clone }).length > 0,
      )
      .map((room) => {
        const file = largestFile(join(clone, 'src', room));
        const text = readFileSync(file, 'utf8');
        appendFileSync(file, change);
        const seconds = check(clone);
        writeFileSync(file, text);
        check(clone);
        console.log(`a change in ${room}: ${seconds} s`);
        return seconds;
      });
    return Math.max(...measured);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Minutes of a run of this commit: of the last one, or of one that is made now. */
function minutesOf(name: 'test' | 'ci', command: readonly [string, ...string[]]): number {
  const path = join('.build', 'times', `${name}.json`);
  const read = (): { commit: string; seconds: number; failed: number } | undefined =>
    existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
  if (read()?.commit !== commitName()) {
    const [program, ...words] = command;
    spawnSync(program, words, { stdio: 'inherit' });
  }
  const now = read();
  if (now?.commit !== commitName()) throw new Error(`cannot time ${command.join(' ')}: it left no ${path}`);
  if (now.failed > 0) throw new Error(`cannot time ${command.join(' ')}: ${now.failed} of its jobs have failed`);
  return Number((now.seconds / secondsPerMinute).toFixed(1));
}

const figures = {
  ...(isWanted('check') ? { checkSeconds: measureCheck() } : {}),
  ...(isWanted('test') ? { testMinutes: minutesOf('test', ['npm', 'test']) } : {}),
  ...(isWanted('ci') ? { ciMinutes: minutesOf('ci', ['bash', '.ci/run']) } : {}),
};
console.log(JSON.stringify(figures));
