import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** The group that the service manager makes for the bell: `DelegateSubgroup=` in systemd/doorward.service. */
const bell = 'bell';
const trial = 'trial';
/** New processes may be born while the older ones move. */
const roundsMax = 10;

/**
 * Puts a process, and all that it will start, into a control group beside the bell's, with a memory of its own: one that
 * takes too much ends by itself, and whole. Does nothing where no groups were delegated to this process or the kernel
 * counts no memory for them: as a checkout, in a container, before systemd 254. cgroups(7), "Control Group v2" of the
 * kernel's documentation. `root` is where / is, for tests.
 */
export async function confineToTrial(pid: number, bytesMax: number, root = '/'): Promise<void> {
  const groups = groupsFrom(root, bell);
  if (groups === undefined) return;
  try {
    await writeFile(join(groups.parent, 'cgroup.subtree_control'), '+memory');
    await mkdir(groups.trial, { recursive: true });
    await writeFile(join(groups.trial, 'memory.max'), String(bytesMax));
    await writeFile(join(groups.trial, 'memory.oom.group'), '1');
    await writeFile(join(groups.trial, 'cgroup.procs'), String(pid));
  } catch {
    return; // It is still the kernel's first victim.
  }
}

/** The processes of the release that this one tries; none where it has no group. */
export function pidsOnTrial(root = '/'): readonly number[] {
  const groups = groupsFrom(root, bell);
  return groups === undefined ? [] : textAt(join(groups.trial, 'cgroup.procs')).split('\n').filter(Boolean).map(Number);
}

/** Kills all of them at once, those that are just being born too (cgroup.kill, since Linux 5.14). */
export function endTrialGroup(root = '/'): void {
  const groups = groupsFrom(root, bell);
  if (groups === undefined) return;
  try {
    writeFileSync(join(groups.trial, 'cgroup.kill'), '1');
  } catch {
    return; // An older kernel, or no group: they are killed one by one.
  }
}

/** From now on this process, and all that it has started, is the bell: without a limit of its own. */
export async function leaveTrialGroup(root = '/'): Promise<void> {
  const groups = groupsFrom(root, trial);
  if (groups === undefined) return;
  try {
    await writeFile(join(groups.trial, 'memory.max'), 'max');
    for (let round = 0; round < roundsMax; round += 1) {
      const pids = (await readFile(join(groups.trial, 'cgroup.procs'), 'utf8')).split('\n').filter(Boolean);
      if (pids.length === 0) break;
      for (const pid of pids) await writeFile(join(groups.bell, 'cgroup.procs'), pid).catch(() => undefined); // It may have ended.
    }
    await rmdir(groups.trial);
  } catch {
    return; // Somebody is left in it, without a limit.
  }
}

/** Undefined when this process is not in the group of that name: then nobody has delegated any, or it has another part. */
function groupsFrom(root: string, name: string): { parent: string; bell: string; trial: string } | undefined {
  const own = /^0::(\/.*)$/m.exec(textAt(join(root, 'proc/self/cgroup')))?.[1];
  if (own === undefined || basename(own) !== name) return undefined;
  const parent = join(root, 'sys/fs/cgroup', dirname(own));
  return { parent, bell: join(parent, bell), trial: join(parent, trial) };
}

function textAt(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // No /proc.
  }
}
