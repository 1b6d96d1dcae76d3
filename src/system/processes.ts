/** One life of one process: a pid alone is used again. */
export interface ProcessName {
  readonly pid: number;
  /** When it started, in the kernel's own count (field 22 of /proc/PID/stat); never on the wall clock, which jumps. */
  readonly startTicks: number;
  /** The life of the machine it belongs to (/proc/sys/kernel/random/boot_id). */
  readonly bootId: string;
}

/** Who runs on this machine. */
export interface Processes {
  readonly self: ProcessName;
  /** True when exactly this process lives; false after the machine was started again. */
  isAlive(name: ProcessName): Promise<boolean>;
}
