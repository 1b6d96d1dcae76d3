/**
 * What processes take, as /proc says it. Chosen: memory that is their own, of /proc/PID/status (RssAnon, RssShmem, VmSwap);
 * rejected: RSS, and shares of pages (Pss of smaps_rollup); why: RSS counts the 100 MB of the program and its libraries once
 * for each process, and a share takes 2.3 ms for a release with its models where this takes 0.04, and halves when another
 * process begins to map the same files.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import type { Taken } from '../../system/taken.ts';
import { statOf, textAt, tickMs, type ProcessStat } from './process-stat.ts';

/** The state LISTEN in /proc/net/tcp. */
const listening = '0A';
/** 127.0.0.1 and ::1, as these files write addresses: four bytes at a time, the last one first. */
const loopback = /^(?:0100007F|0{24}01000000|0{16}FFFF00000100007F)$/;
/** Where a candidate has the channel to its incumbent. */
const channelDescriptor = '3';

interface Measuring {
  /** The pid of the first of them. */
  readonly first: number;
  readonly atMs: number;
  /** Costs a look at every descriptor and thread. */
  readonly isThorough: boolean;
}

/** Sums up what these take; undefined when the first is gone, or the machine does not say. */
export function measureProcesses(
  processes: readonly ProcessStat[],
  { first, atMs, isThorough }: Measuring,
): Taken | undefined {
  const leader = processes.find(({ pid }) => pid === first);
  const held = new Map(processes.flatMap(({ pid }) => memoryOf(pid)));
  const leaderBytes = held.get(first);
  if (leader === undefined || leaderBytes === undefined) return undefined;
  const descriptors = processes.flatMap(({ pid }) => namesIn(`/proc/${pid}/fd`)?.length ?? []);
  const written = processes.flatMap(({ pid }) => {
    const bytes = /^write_bytes: (\d+)$/m.exec(textAt(`/proc/${pid}/io`))?.[1];
    return bytes === undefined ? [] : Number(bytes);
  });
  return {
    atMs,
    aliveMs: Number.parseFloat(textAt('/proc/uptime')) * 1000 - leader.startTicks * tickMs,
    processes: processes.length,
    memoryBytes: total([...held.values()]),
    processorMs: total(processes.map(({ processorMs, childrenMs }) => processorMs + childrenMs)),
    threads: total(processes.map(({ threads }) => threads)),
    first: { memoryBytes: leaderBytes, processorMs: leader.processorMs },
    ...(descriptors.length === 0 ? {} : { descriptors: total(descriptors) }),
    ...(written.length === 0 ? {} : { writtenBytes: total(written) }),
    ...(isThorough ? { ...socketsOf(processes, first), workers: workersIn(processes) } : {}),
  };
}

/** One that ends just now has none. */
function memoryOf(pid: number): readonly (readonly [number, number])[] {
  const status = textAt(`/proc/${pid}/status`);
  const kilobytes = [...status.matchAll(/^(?:RssAnon|RssShmem|VmSwap):\s+(\d+) kB$/gm)].map(([, count]) =>
    Number(count),
  );
  return kilobytes.length === 0 ? [] : [[pid, total(kilobytes) * 1024]];
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

function socketsOf(
  processes: readonly ProcessStat[],
  first: number,
): Pick<Taken, 'openAddresses'> & Pick<Taken, 'sharedSockets'> {
  const sockets = new Map(processes.map(({ pid }) => [pid, descriptorsOf(pid)]));
  const own = new Set([...sockets.values()].flatMap((held) => [...held.values()]));
  const open = ['tcp', 'tcp6'].flatMap((name) => listeningIn(name)).filter(({ inode }) => own.has(inode));
  const firsts = sockets.get(first) ?? new Map<string, string>();
  const channel = firsts.get(channelDescriptor);
  const doors = [...firsts.values()].filter((inode) => inode === channel || open.some((one) => one.inode === inode));
  const others = new Set([...sockets].flatMap(([pid, held]) => (pid === first ? [] : [...held.values()])));
  return {
    openAddresses: open.flatMap(({ address, port }) => (loopback.test(address) ? [] : `${address}:${port}`)),
    sharedSockets: new Set(doors.filter((inode) => others.has(inode))).size,
  };
}

/** One that has had no time yet is none. */
function workersIn(processes: readonly ProcessStat[]): NonNullable<Taken['workers']> {
  const folders = processes.flatMap(({ pid }) =>
    (namesIn(`/proc/${pid}/task`) ?? []).map((name) => `/proc/${pid}/task/${name}`),
  );
  const workers = folders.flatMap((folder) => {
    const { processorMs = 0 } = statOf(0, folder) ?? {};
    const waits =
      processorMs > 0 ? /^voluntary_ctxt_switches:\s+(\d+)$/m.exec(textAt(`${folder}/status`))?.[1] : undefined;
    return waits === undefined ? [] : [[folder, { processorMs, waits: Number(waits) }] as const];
  });
  return Object.fromEntries(workers);
}

function listeningIn(name: string): readonly { inode: string; address: string; port: number }[] {
  return textAt(`/proc/net/${name}`)
    .split('\n')
    .flatMap((line) => {
      if (!line.includes(` ${listening} `)) return [];
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      const [address = '', port = ''] = local.split(':');
      return state === listening ? [{ inode, address, port: Number.parseInt(port, 16) }] : [];
    });
}

/** The inode of each of its sockets, by descriptor. */
export function descriptorsOf(pid: number): ReadonlyMap<string, string> {
  const sockets = (namesIn(`/proc/${pid}/fd`) ?? []).flatMap((name) => {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1];
      return inode === undefined ? [] : [[name, inode] as const];
    } catch {
      return []; // Closed meanwhile.
    }
  });
  return new Map(sockets);
}

/** Undefined when it may not be looked into. */
function namesIn(path: string): readonly string[] | undefined {
  try {
    return readdirSync(path);
  } catch {
    return undefined;
  }
}
