import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { lchown, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSea } from 'node:sea';
import type { Host, Owner, RunOptions, RunResult } from '../../system/host.ts';
import { attempt } from './node-disk.ts';
import { codeOf } from '../../system/error-words.ts';

const outputBytesMax = 256 * 1024;
const versionMsMax = 5000;
/** Present where systemd is the system's first process: sd_booted(3). */
const bootedFolder = '/run/systemd/system';

/** The Linux that this process runs on. */
export function linuxHost(): Host {
  return {
    isRoot: process.geteuid?.() === 0,
    architecture: `${process.platform}-${process.arch}`,
    executable: isSea() ? process.execPath : undefined,
    systemdVersion,
    run,
    setOwner: (path, owner) => attempt('change the owner of', path, () => setOwner(path, owner)),
  };
}

async function systemdVersion(): Promise<number | undefined> {
  if (!existsSync(bootedFolder)) return undefined;
  const { output } = await run('systemctl', ['--version'], { timeoutMs: versionMsMax });
  const [, version] = /^systemd (\d+)/.exec(output) ?? [];
  return version === undefined ? undefined : Number(version);
}

function run(program: string, words: readonly string[], { timeoutMs, as }: RunOptions): Promise<RunResult> {
  return new Promise((resolve) => {
    const options = { timeout: timeoutMs, maxBuffer: outputBytesMax, killSignal: 'SIGKILL', ...as } as const;
    execFile(program, [...words], options, (error, stdout, stderr) => {
      const said = `${stdout}${stderr}`.trim();
      if (error === null) resolve({ code: 0, output: said });
      else if (typeof error.code === 'number') resolve({ code: error.code, output: said });
      else resolve({ code: undefined, output: said === '' ? error.message : said });
    });
  });
}

/** Gives a directory with all that is in it to whom another path belongs. Only root can, and only root needs to. */
export async function ownLike(path: string, like: string): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  const owner = await attempt('look at', like, () => stat(like));
  await attempt('change the owner of', path, () => setOwner(path, owner));
}

async function setOwner(path: string, owner: Owner): Promise<void> {
  await lchown(path, owner.uid, owner.gid);
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOTDIR') return [];
    throw error;
  });
  for (const entry of entries) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) await setOwner(inside, owner);
    else await lchown(inside, owner.uid, owner.gid);
  }
}
