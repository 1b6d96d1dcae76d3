import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** Shell lines that spoil the disk mounted at $1. */
export const spoils = {
  none: ':',
  fill: 'cat /dev/zero > "$1/filler" || :',
  readOnly: 'mount -o remount,ro "$1"',
} as const;

/**
 * Runs a module's text against a filesystem of 64 kB of its own, in a namespace where a test may mount one. The text
 * knows it as `disk`; what it pushes to `told` comes back. Before that, `kept` is there, and a home that ran once.
 */
export function runOnSmallDisk(t: TestContext, spoil: keyof typeof spoils, text: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-small-disk-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const program = `const disk = process.argv[1]; const told = []; ${text}; console.log(told.join('\\n'));`;
  const shell = `mount -t tmpfs -o size=64k,mode=777 none "$1"; echo kept > "$1/kept"; mkdir "$1/home"; touch "$1/home/instance.lock"
    ${spoils[spoil]}
    exec "$2" --input-type=module -e "$3" "$1"`;
  const run = ['-rm', 'sh', '-euc', shell, 'sh', folder, process.execPath, program];
  return execFileSync('unshare', run, { stdio: ['ignore', 'pipe', 'ignore'] })
    .toString()
    .trim()
    .split('\n');
}
