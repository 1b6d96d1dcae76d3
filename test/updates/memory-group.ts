/** A control group with a memory limit: as little memory as a small Pi has. Needs root, and either version of cgroups(7). */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const first = '/sys/fs/cgroup/memory';
const second = '/sys/fs/cgroup';

export class MemoryGroup {
  /** Processes are put into it by writing to `cgroup.procs` in here. */
  readonly folder: string;
  readonly #isFirst = existsSync(join(first, 'memory.limit_in_bytes'));

  constructor(bytes: number) {
    this.folder = join(this.#isFirst ? first : second, `doorward-test-${process.pid}`);
    if (!this.#isFirst) writeFileSync(join(second, 'cgroup.subtree_control'), '+memory');
    mkdirSync(this.folder);
    writeFileSync(join(this.folder, this.#isFirst ? 'memory.limit_in_bytes' : 'memory.max'), String(bytes));
    const swap = join(this.folder, this.#isFirst ? 'memory.memsw.limit_in_bytes' : 'memory.swap.max');
    if (existsSync(swap)) writeFileSync(swap, this.#isFirst ? String(bytes) : '0');
  }

  /** The most that was ever taken, pages of files included. */
  get peakBytes(): number {
    return Number(this.#text(this.#isFirst ? 'memory.max_usage_in_bytes' : 'memory.peak'));
  }

  /** How many processes the kernel has killed for want of memory. */
  get killed(): number {
    return Number(/^oom_kill (\d+)$/m.exec(this.#text(this.#isFirst ? 'memory.oom_control' : 'memory.events'))?.[1]);
  }

  /** When all its processes have ended. */
  remove(): void {
    rmdirSync(this.folder);
  }

  #text(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }
}

/** The same process, after it has put itself into the group. */
export function insideGroup(group: string, program: readonly string[]): readonly string[] {
  return ['sh', '-c', 'echo $$ > "$0" && exec "$@"', join(group, 'cgroup.procs'), ...program];
}
