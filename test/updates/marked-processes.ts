/** Processes of one device that are none of the appliance's: found by what they have inherited, whatever they call themselves. */
import { readdirSync, readFileSync } from 'node:fs';

/** Set in the environment of everything that a device starts; its value is the device's folder. */
export const deviceMark = 'INSTALLATION';

/** Every process that bears the mark of this device, the appliance's own included. */
export function markedProcesses(folder: string): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number); // prettier-ignore
  return pids.filter((pid) => environmentOf(pid).includes(`${deviceMark}=${folder}`));
}

/** Of those, the ones that belong to nobody who runs: neither the incumbent nor below it. */
export function orphansOf(folder: string, incumbent: number): readonly number[] {
  const marked = markedProcesses(folder);
  return marked.filter((pid) => !isBelow(pid, incumbent));
}

function isBelow(pid: number, top: number): boolean {
  for (let current = pid; current > 1; current = parentOf(current)) if (current === top) return true;
  return false;
}

/** /proc/PID/stat, after the name in brackets: state, parent (proc(5)). */
function parentOf(pid: number): number {
  const stat = textOf(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function environmentOf(pid: number): readonly string[] {
  return textOf(`/proc/${pid}/environ`).split('\0');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // It has ended, or is somebody else's.
  }
}
