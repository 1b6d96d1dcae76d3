import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

/** A process of its own that runs a script of this folder and says things in lines. */
export interface Child {
  /** The next line, or undefined when the child has ended. */
  line(): Promise<string | undefined>;
  kill(): void;
  /** Everything it still says, until its end. */
  rest(): Promise<readonly string[]>;
}

export function startChild(script: string, ...words: readonly string[]): Child {
  const child = spawn(process.execPath, [scriptPath(script), ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string | undefined> => {
    const next = await lines.next();
    return next.done === true ? undefined : next.value;
  };
  return {
    line,
    kill: () => child.kill('SIGKILL'),
    rest: async () => {
      const all: string[] = [];
      for (let next = await line(); next !== undefined; next = await line()) all.push(next);
      return all;
    },
  };
}

/** Whether this user may have mounts of its own (an unprivileged user namespace). */
export function mayMount(): boolean {
  return spawnSync('unshare', ['-rm', 'true']).status === 0;
}

/** Runs a script with a small disk in memory at `folder`, which only the script sees. Returns what it printed, as JSON. */
export function runOnSmallDisk(script: string, { folder, bytes }: { folder: string; bytes: number }): unknown {
  const command = 'mount -t tmpfs -o "size=$2" doorward-test "$1" && exec "$3" "$4" "$1"';
  const words = [folder, String(bytes), process.execPath, scriptPath(script)];
  const { stdout, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', command, 'sh', ...words], { encoding: 'utf8' });
  try {
    return JSON.parse(stdout);
  } catch (cause) {
    throw new Error(`cannot read what ${script} printed: ${stdout}${stderr}`, { cause });
  }
}

function scriptPath(script: string): string {
  return fileURLToPath(new URL(script, import.meta.url));
}
