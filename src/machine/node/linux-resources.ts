import { readFileSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Resources } from '../../system/resources.ts';

/** Sensors of a processor, best first: Raspberry Pi and other boards, then Intel. `acpitz` measures the case. */
const processorSensors = [/^cpu/, /^soc/, /^x86_pkg_temp$/];

/** The group of a release on trial: its own limit, and not the machine's, is in there (src/machine/process/trial-group.ts). */
const ofTrial = /\/trial$/;

/** Depth of control groups that is looked at. */
const groupDepthMax = 32;

interface ProcessorTime {
  readonly busy: number;
  readonly total: number;
}

/**
 * What Linux says in /proc and /sys, read when asked: these files live in memory, so reading them never waits for a
 * disk. In a container the memory is what its control group leaves. `root` is where / is, for tests.
 */
export function linuxResources(root = '/'): Resources {
  let last: ProcessorTime | undefined;
  return {
    cpuPercent() {
      const now = processorTime(root);
      const before = last;
      last = now;
      if (now === undefined || before === undefined || now.total <= before.total) return undefined;
      return (100 * (now.busy - before.busy)) / (now.total - before.total);
    },
    memory() {
      const machine = machineMemory(root);
      const group = groupMemory(root, machine.totalBytes);
      return {
        totalBytes: group?.totalBytes ?? machine.totalBytes,
        availableBytes: Math.min(machine.availableBytes, group?.availableBytes ?? Infinity),
        ownBytes: process.memoryUsage.rss(),
      };
    },
    ownProcessorMs() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    processors: availableParallelism,
    temperatureCelsius: () => processorTemperature(root),
    hostname,
  };
}

/** /proc/stat, first line: user nice system idle iowait irq softirq steal, in ticks since the start (proc(5)). */
function processorTime(root: string): ProcessorTime | undefined {
  const line = textAt(join(root, 'proc/stat'))?.split('\n', 1)[0];
  const ticks = line?.trim().split(/\s+/).slice(1, 9).map(Number) ?? [];
  if (ticks.length < 5) return undefined;
  const total = ticks.reduce((sum, tick) => sum + tick, 0);
  const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0);
  return { busy: total - idle, total };
}

function machineMemory(root: string): { totalBytes: number; availableBytes: number } {
  const text = textAt(join(root, 'proc/meminfo')) ?? '';
  const bytes = (name: string): number => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
  return { totalBytes: bytes('MemTotal'), availableBytes: bytes('MemAvailable') };
}

/** Where a version of control groups keeps what it knows of memory. */
interface GroupFiles {
  /** The line of /proc/self/cgroup that names the group. */
  readonly line: RegExp;
  readonly folder: string;
  readonly limit: string;
  readonly used: string;
  /** File pages that nobody has used lately, in memory.stat. */
  readonly inactive: RegExp;
}

/** cgroups(7): version 2, then version 1. */
const groupFiles: readonly GroupFiles[] = [
  {
    line: /^0::(\/.*)$/m,
    folder: 'sys/fs/cgroup',
    limit: 'memory.max',
    used: 'memory.current',
    inactive: /^inactive_file (\d+)$/m,
  },
  {
    line: /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(\/.*)$/m,
    folder: 'sys/fs/cgroup/memory',
    limit: 'memory.limit_in_bytes',
    used: 'memory.usage_in_bytes',
    inactive: /^total_inactive_file (\d+)$/m,
  },
];

interface GroupMemory {
  readonly totalBytes: number;
  readonly availableBytes: number;
}

/** The tightest limit of the control groups above this process, or undefined when none is below the machine's. */
function groupMemory(root: string, machineBytes: number): GroupMemory | undefined {
  const groups = textAt(join(root, 'proc/self/cgroup')) ?? '';
  let tightest: GroupMemory | undefined;
  for (const files of groupFiles) {
    let group = files.line.exec(groups)?.[1]?.replace(ofTrial, '');
    for (let depth = 0; group !== undefined && depth < groupDepthMax; depth += 1) {
      const folder = join(root, files.folder, group);
      const limit = Number(textAt(join(folder, files.limit)) ?? Number.NaN); // "max" is no number.
      if (limit < (tightest?.totalBytes ?? machineBytes))
        tightest = { totalBytes: limit, availableBytes: Math.max(0, limit - usedBytes(folder, files)) };
      group = group === '/' ? undefined : dirname(group);
    }
  }
  return tightest;
}

/** File pages that nobody has used lately are given back when memory is short: they do not count as used. */
function usedBytes(folder: string, { used, inactive }: GroupFiles): number {
  const bytes = Number(textAt(join(folder, used)) ?? 0);
  return bytes - Number(inactive.exec(textAt(join(folder, 'memory.stat')) ?? '')?.[1] ?? 0);
}

async function processorTemperature(root: string): Promise<number | undefined> {
  const folder = join(root, 'sys/class/thermal');
  const zones = namesAt(folder).filter((name) => name.startsWith('thermal_zone'));
  const sensors = zones.map((zone) => ({ zone, type: textAt(join(folder, zone, 'type'))?.trim() ?? '' }));
  for (const wanted of processorSensors) {
    const sensor = sensors.find(({ type }) => wanted.test(type));
    if (sensor === undefined) continue;
    // Asking a sensor may wait for its bus, unlike the rest: not on the main thread.
    const text = await readFile(join(folder, sensor.zone, 'temp'), 'utf8').catch(() => '');
    const milliCelsius = Number.parseInt(text, 10);
    if (Number.isFinite(milliCelsius)) return milliCelsius / 1000;
  }
  return undefined;
}

function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // A kernel without the file does not give the figure.
  }
}

function namesAt(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // No sensors at all, as in a virtual machine.
  }
}
