import { readFile } from 'node:fs/promises';
import type { ProcessName, Processes } from '../../system/processes.ts';

/** Who runs on this machine, as /proc tells it. Rejects where there is no /proc. */
export async function nodeProcesses(): Promise<Processes> {
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const startTicks = await startTicksOf(process.pid);
  if (startTicks === undefined) throw new Error(`cannot read /proc/${process.pid}/stat: mount /proc`);
  const self: ProcessName = { pid: process.pid, startTicks, bootId };
  return {
    self,
    async isAlive(name) {
      return name.bootId === bootId && (await startTicksOf(name.pid)) === name.startTicks;
    },
  };
}

/** Field 22 of /proc/PID/stat (proc(5)); undefined when there is no such process, or only its remains. */
async function startTicksOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The name of the command, in brackets, may hold anything: the fields are counted behind it, from the third on.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return Number(fields[19]);
}
