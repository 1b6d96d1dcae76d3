import { descriptorsOf } from './measure-processes.ts';
import { textAt } from './process-stat.ts';

/** The state ESTABLISHED in /proc/net/tcp. */
const established = '01';

/** A connection that this process has accepted, by its ports on both sides. */
export interface Accepted {
  readonly localPort?: number | undefined;
  readonly remotePort?: number | undefined;
}

/** Whether one of these processes of this machine has the other end of it. A caller from elsewhere is nobody's here. */
export function holdsOtherEnd(pids: readonly number[], { localPort, remotePort }: Accepted): boolean {
  if (localPort === undefined || remotePort === undefined) return false;
  const inodes = new Set(['tcp', 'tcp6'].flatMap((name) => inodesOf(name, remotePort, localPort)));
  return inodes.size > 0 && pids.some((pid) => [...descriptorsOf(pid).values()].some((inode) => inodes.has(inode)));
}

/** There may be thousands of lines, of connections that are over. */
function inodesOf(name: string, from: number, to: number): readonly string[] {
  const line = new RegExp(`^ *\\d+: [0-9A-F]+:${hex(from)} [0-9A-F]+:${hex(to)} ${established} .*$`, 'gm');
  return [...textAt(`/proc/net/${name}`).matchAll(line)].flatMap(([text]) => text.trim().split(/\s+/)[9] ?? []);
}

/** As these files write a port. */
function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}
