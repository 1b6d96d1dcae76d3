import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** native/system.cc: what Node cannot ask of the system by itself. Failures are negative error numbers (errno(3)). */
export interface SystemAddon {
  /** Sends one datagram to a unix socket; `@name` is an abstract one. */
  notify(socket: string, state: string): number;
  /** Sends the writing end of a pipe there. Returns the other end: it ends when everything sent before was read. */
  barrier(socket: string): number;
  /** Who has made a unix connection: pid, uid, gid, and the other groups of that process. One built before has none. */
  readonly peer?: (descriptor: number) => readonly number[] | number;
  /** Children do not inherit this descriptor from now on. */
  closeOnExec(descriptor: number): number;
  /** Has the C library give memory back early: one arena; blocks of `bytes` and more apart, and as much kept for later. */
  keepLittleMemory(bytes: number): number;
  /** Lets go of the pages of program and libraries that were read so far; what is needed again comes back. Later, elsewhere. */
  forgetFilePages(): number;
}

const fileName = 'doorward-system.node';

/**
 * Our own addon, or undefined where it was not built: a checkout on a machine without a compiler does without it. The
 * executable carries it among its native libraries, and says so by `globalThis.__native`.
 */
export function systemAddon(): SystemAddon | undefined {
  const carried: unknown = Reflect.get(globalThis, '__native');
  if (typeof carried === 'function') return asAddon(Reflect.apply(carried, undefined, [fileName]));
  const built = join(import.meta.dirname, '..', '..', '..', '.build', 'native', `linux-${process.arch}`, fileName);
  return existsSync(built) ? asAddon(createRequire(import.meta.url)(built)) : undefined;
}

function asAddon(loaded: unknown): SystemAddon {
  if (!isAddon(loaded)) throw new Error(`cannot use ${fileName}: it is of another release: build it again`);
  return loaded;
}

function isAddon(loaded: unknown): loaded is SystemAddon {
  if (typeof loaded !== 'object' || loaded === null) return false;
  return ['notify', 'barrier', 'closeOnExec', 'keepLittleMemory', 'forgetFilePages'].every(
    (name) => typeof Reflect.get(loaded, name) === 'function',
  );
}
