import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Processor time that a process has taken so far, in seconds. */
export function cpuSeconds(pid: number): number {
  const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** What a thread has had of a processor so far, and what it waited for one, in milliseconds (Linux, sched-stats.txt). */
export function threadTimes(pid: number, name: string): { readonly onProcessorMs: number; readonly waitedMs: number } {
  const tasks = `/proc/${pid}/task`;
  const task = readdirSync(tasks).find((id) => readFileSync(`${tasks}/${id}/comm`, 'utf8').trim() === name);
  if (task === undefined) throw new Error(`cannot measure: process ${pid} has no thread ${name}`);
  const [on = '', waited = ''] = readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ');
  return { onProcessorMs: Number(on) / 1e6, waitedMs: Number(waited) / 1e6 };
}

/** Page faults so far that no disk was read for. */
export function minorFaults(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[7]);
}

/** Megabytes (10^6) resident, and the same with shared pages divided by those who share them. */
export function memoryMb(pid: number): { readonly rssMb: number; readonly pssMb: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const of = (name: string): number => (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024) / 1e6;
  return { rssMb: of('Rss'), pssMb: of('Pss') };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
