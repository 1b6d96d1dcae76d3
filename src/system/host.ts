/** A user as files know it. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface RunOptions {
  readonly timeoutMs: number;
  /** As whom; only root may choose. */
  readonly as?: Owner;
}

/** What came of a program: its exit code, undefined when it could not be started or was cut off, and what it said. */
export interface RunResult {
  readonly code: number | undefined;
  readonly output: string;
}

/** The operating system around the appliance, as installing needs it. */
export interface Host {
  readonly isRoot: boolean;
  /** As manifests spell it: `linux-arm64`. */
  readonly architecture: string;
  /** The single executable that runs; undefined in a checkout. */
  readonly executable: string | undefined;
  /** Of the systemd that runs this machine; undefined where something else does. */
  systemdVersion(): Promise<number | undefined>;
  /** Runs a program with these words, no shell between. Never rejects. */
  run(program: string, words: readonly string[], options: RunOptions): Promise<RunResult>;
  /** Gives a file, or a directory with all that is in it, to a user. Links are not followed. Rejects with a `DiskFault`. */
  setOwner(path: string, owner: Owner): Promise<void>;
}
