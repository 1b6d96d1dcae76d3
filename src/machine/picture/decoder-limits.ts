import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { decodingBytesMax } from './judge-picture.ts';

/** Beyond what a picture of the largest kind takes: a thread's stack, JavaScript's own. */
const spareBytes = 12 * 1024 * 1024;

/** What a process that decodes may add to its memory. */
export const addedBytesMax = decodingBytesMax + spareBytes;

/** A process that nobody watches any more ends at this. */
const lifetimeCpuSeconds = 600;

/** Of Linux, whatever the machine (proc(5), USER_HZ). */
const msPerTick = 10;

/**
 * Limits this process for good: memory as the kernel counts it when it is asked for, processor time, no core file. Chosen:
 * `prlimit` of Debian's util-linux; rejected: `ulimit` of a shell before the start, a control group; why: what Node takes
 * by itself is known only once it runs and differs between processors, and a group needs root or systemd. Resolves with
 * false where there is no such program: then the one who started it is the only one who watches.
 */
export async function limitMemoryOfThisProcess(): Promise<boolean> {
  const dataBytes = statusBytes(process.pid, 'VmData');
  if (dataBytes === undefined) return false;
  const limits = [`--data=${dataBytes + addedBytesMax}`, `--cpu=${lifetimeCpuSeconds}`, '--core=0'];
  try {
    await promisify(execFile)('prlimit', [`--pid=${process.pid}`, ...limits], { timeout: 5000 });
    return true;
  } catch {
    return false;
  }
}

export interface Usage {
  readonly cpuMs: number;
  /** Memory of its own: not what it maps of files that others map too. */
  readonly ownBytes: number;
  /** What the kernel counts against its limit, used or not. */
  readonly askedBytes: number;
}

/** What a process has taken, from outside; undefined when it is gone. */
export function usageOf(pid: number): Usage | undefined {
  const ownBytes = statusBytes(pid, 'RssAnon');
  const askedBytes = statusBytes(pid, 'VmData');
  const stat = textOf(pid, 'stat');
  if (ownBytes === undefined || askedBytes === undefined || stat === undefined) return undefined;
  // The name of the program, in brackets, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { cpuMs: (Number(fields[11]) + Number(fields[12])) * msPerTick, ownBytes, askedBytes };
}

function statusBytes(pid: number, name: 'VmData' | 'RssAnon'): number | undefined {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(textOf(pid, 'status') ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** These files lie in memory: reading one waits for nothing. */
function textOf(pid: number, file: 'status' | 'stat'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
