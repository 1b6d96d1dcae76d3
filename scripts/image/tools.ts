/** The tools that make an image: those of this machine, and a few newer ones out of a Debian tree of their own. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { searchPath } from '../debian/tools.ts';
import { buildRootTree } from './root-tree.ts';

const execute = promisify(execFile);
const outputBytesMax = 64 * 1024 * 1024;
const timeZone = 'UTC';

export interface Doing {
  readonly folder?: string;
  readonly input?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/** Runs one tool to its end; what it says on standard output, or an error with what it says on the other. */
export async function runTool(tool: string, args: readonly string[], doing: Doing = {}): Promise<string> {
  const env = { ...process.env, TZ: timeZone, LC_ALL: 'C.UTF-8', ...doing.environment, PATH: searchPath() };
  const running = execute(tool, args, { cwd: doing.folder, env, maxBuffer: outputBytesMax });
  // A tool may end without having read everything; how it ended says whether that was right.
  running.child.stdin?.on('error', () => undefined);
  running.child.stdin?.end(doing.input);
  return (await running).stdout;
}

/** The packages of one list in `packages/`. */
export function packageList(name: string): readonly string[] {
  return readFileSync(join(import.meta.dirname, 'packages', name), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** A program out of the tree of newer tools, started through that tree's own loader: nothing of it is installed here. */
export interface NewerTools {
  /** Where QEMU finds what it starts a machine with. */
  readonly data: string;
  command(program: string, args: readonly string[]): readonly [string, ...string[]];
}

export async function newerTools(buildFolder: string): Promise<NewerTools> {
  const directory = join(buildFolder, 'image-tools');
  await buildRootTree({ architecture: 'amd64', packages: packageList('tools-amd64'), directory });
  const libraries = join(directory, 'usr', 'lib', 'x86_64-linux-gnu');
  return {
    data: join(directory, 'usr', 'share', 'qemu'),
    command: (program, args) => [
      join(directory, 'usr', 'lib64', 'ld-linux-x86-64.so.2'),
      '--library-path',
      libraries,
      join(directory, 'usr', program),
      ...args,
    ],
  };
}

/** The time of every file of an image, so that two builds agree: 1 November 2026. The clock of a device never starts before it. */
const buildTime = 1_793_491_200;

/** For tools that write a time of their own. */
export const fixedTime: NodeJS.ProcessEnv = { SOURCE_DATE_EPOCH: String(buildTime), E2FSPROGS_FAKE_TIME: String(buildTime) }; // prettier-ignore

/** Gives every file below the folders the same time. */
export async function touchAll(folders: readonly string[]): Promise<void> {
  await runTool('find', [...folders, '-exec', 'touch', '--no-dereference', `--date=@${buildTime}`, '{}', '+']);
}
