/** Rebuilds, from a log of writes, the disks that a power cut may leave, one after the other, and has each of them judged. */
import { spawnSync, execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../src/system/random.ts';
import { copySparse } from './logged-disk.ts';
import type { Complaint } from './judge-disk.ts';
import { applyWrites, lastFlush, survivorsOf, type WriteLog } from './write-log.ts';

export interface StatesPlan {
  readonly log: WriteLog;
  /** The disk before the first write. */
  readonly base: string;
  /** Has room for two disks. */
  readonly folder: string;
  readonly states: readonly State[];
  /** Asked for each of them, with the disk mounted. */
  readonly judge: (mounted: string, state: State) => Promise<readonly Complaint[]>;
  onJudged(state: State, complaints: readonly Complaint[]): Promise<void> | void;
}

export interface State {
  /** The power is cut before this entry of the log. */
  readonly at: number;
  /** Without it everything that was written has arrived; with it only what luck lets. */
  readonly loss?: Pick<Random, 'fraction'>;
  readonly label: string;
}

/** More than "errors were corrected". */
const fsckFailed = 2;

export async function judgeStates(plan: StatesPlan): Promise<void> {
  const { log, base, folder } = plan;
  const [synced, image, mounted] = [join(folder, 'synced.img'), join(folder, 'state.img'), join(folder, 'state')];
  mkdirSync(mounted, { recursive: true });
  copySparse(base, synced);
  let applied = 0;
  for (const state of plan.states.toSorted((one, other) => one.at - other.at)) {
    const until = lastFlush(log.entries, state.at) + 1;
    applyWrites(log, synced, log.entries.slice(applied, until).filter(({ isWrite }) => isWrite)); // prettier-ignore
    applied = Math.max(applied, until);
    rmSync(image, { force: true }); // Another file each time: loop devices are let go late, and found again by file.
    copySparse(synced, image);
    applyWrites(log, image, survivorsOf(log, state));
    await plan.onJudged(state, await judgeImage(plan, state, { image, mounted }));
  }
  for (const path of [synced, image]) rmSync(path, { force: true });
}

/** As a boot does: the file system is checked, mounted, and what lies on it is used. */
async function judgeImage(
  { judge }: StatesPlan,
  state: State,
  { image, mounted }: { image: string; mounted: string },
): Promise<readonly Complaint[]> {
  const check = spawnSync('e2fsck', ['-f', '-p', image], { encoding: 'utf8' });
  if (check.status === null || check.status >= fsckFailed)
    return [{ kind: 'unbootable', why: `the file system cannot be repaired by itself: ${check.stdout.slice(-300)}` }];
  const loop = execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8' }).trim();
  try {
    // What the kernel still remembers of the disk that was in this loop device before would be taken for this one's.
    execFileSync('blockdev', ['--flushbufs', loop]);
    execFileSync('mount', ['-o', 'noatime', loop, mounted]);
    try {
      return await judge(mounted, state);
    } finally {
      execFileSync('umount', [mounted]);
    }
  } finally {
    execFileSync('losetup', ['--detach', loop]);
  }
}

/** As many states as asked for, the same number of each stretch of the log, and half of them with losses. */
export function chooseStates(
  stretches: readonly { readonly label: string; readonly from: number; readonly to: number }[],
  count: number,
  random: Pick<Random, 'fraction'>,
): readonly State[] {
  const states: State[] = [];
  const wide = stretches.filter(({ from, to }) => to > from);
  for (let index = 0; index < count && wide.length > 0; index += 1) {
    const { label, from, to } = wide[index % wide.length] ?? { label: '', from: 0, to: 0 };
    const at = from + 1 + Math.floor(random.fraction() * (to - from));
    const isLossy = Math.floor(index / wide.length) % 2 === 0;
    states.push({ at, label, ...(isLossy ? { loss: random } : {}) });
  }
  return states;
}
