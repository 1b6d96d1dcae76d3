/** A disk of this machine whose every write is logged: ext4 on a loop device on a file that QEMU's storage daemon serves. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { requireTools } from '../../scripts/debian/tools.ts';
import { placeIn } from './write-log.ts';

const readyMsMax = 20_000;
const lookMs = 10;

export interface LoggedDisk {
  /** Where it is mounted. */
  readonly mounted: string;
  readonly log: string;
  /** The disk as it was before the first write of the log. */
  readonly base: string;
  /** The disk as it is when it was closed. */
  readonly image: string;
  /** Where in the log this moment is, in bytes. */
  place(): number;
  /** Unmounts it; log and images stay, until the folder is removed. */
  close(): Promise<void>;
}

/** A copy of a disk, or a new one of so many bytes, below `folder`. */
export async function openLoggedDisk(
  folder: string,
  source: { bytes: number } | { image: string },
): Promise<LoggedDisk> {
  requireTools('qemu-storage-daemon', 'losetup', 'mke2fs', 'e2fsck', 'blockdev');
  mkdirSync(join(folder, 'mounted'), { recursive: true });
  const at = (name: string): string => join(folder, name);
  const [image, base, log, served] = [at('disk.img'), at('base.img'), at('writes.log'), at('served')];
  if ('image' in source) copySparse(source.image, image);
  else makeDisk(image, source.bytes);
  copySparse(image, base);
  for (const path of [log, served]) writeFileSync(path, '');
  const daemon = serve({ image, log, served });
  await untilServed(served, statSync(image).size, daemon);
  const loop = execFileSync('losetup', ['--find', '--show', served], { encoding: 'utf8' }).trim();
  execFileSync('mount', ['-t', 'ext4', '-o', 'noatime,nodiscard', loop, at('mounted')]);
  return {
    mounted: at('mounted'),
    log,
    base,
    image,
    place: () => placeIn(log),
    close: async () => {
      execFileSync('umount', [at('mounted')]);
      execFileSync('losetup', ['--detach', loop]);
      await stop(daemon);
    },
  };
}

/** A new ext4 with nothing left to be done in the background, which would fill the log. */
export function makeDisk(image: string, bytes: number): void {
  rmSync(image, { force: true });
  writeFileSync(image, '');
  truncateSync(image, bytes);
  execFileSync('mke2fs', ['-q', '-F', '-t', 'ext4', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image]);
}

/** A copy that takes no more room than what is in it. */
export function copySparse(from: string, to: string): void {
  execFileSync('cp', ['--sparse=always', '--reflink=auto', from, to]);
}

function serve({ image, log, served }: { image: string; log: string; served: string }): ChildProcess {
  const daemon = spawn(
    'qemu-storage-daemon',
    [
      '--blockdev', `driver=file,node-name=disk,filename=${image}`,
      '--blockdev', `driver=file,node-name=log,filename=${log}`,
      '--blockdev', 'driver=blklogwrites,node-name=logged,file=disk,log=log,log-super-update-interval=1',
      '--export', `type=fuse,id=served,node-name=logged,mountpoint=${served},writable=on`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  ); // prettier-ignore
  daemon.on('error', () => undefined);
  return daemon;
}

async function untilServed(served: string, bytes: number, daemon: ChildProcess): Promise<void> {
  const deadlineMs = performance.now() + readyMsMax;
  while (!existsSync(served) || statSync(served).size !== bytes) {
    if (daemon.exitCode !== null || performance.now() > deadlineMs)
      throw new Error('cannot serve a disk: qemu-storage-daemon did not start: it needs /dev/fuse');
    await sleep(lookMs);
  }
}

async function stop(daemon: ChildProcess): Promise<void> {
  daemon.kill('SIGTERM');
  const deadlineMs = performance.now() + readyMsMax;
  while (daemon.exitCode === null && daemon.signalCode === null) {
    if (performance.now() > deadlineMs) daemon.kill('SIGKILL');
    await sleep(lookMs);
  }
}
