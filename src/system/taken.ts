/** What a process and all that it has started take of the machine, measured from outside. */
export interface Taken {
  /** `clock.uptimeMs()` */
  readonly atMs: number;
  /** How long the first process has lived. */
  readonly aliveMs: number;
  readonly processes: number;
  /** Memory of their own, swapped out or not: without pages of files, which others may map too. */
  readonly memoryBytes: number;
  /** Processor time since their start; of those that have ended, what their parents have heard of. */
  readonly processorMs: number;
  readonly threads: number;
  /** Of the first process alone: what it says of itself is held against this. */
  readonly first: { readonly memoryBytes: number; readonly processorMs: number };
  /** Open descriptors. Like the three below of those that may be looked into: undefined when none may. */
  readonly descriptors?: number;
  /** Bytes sent to disks. */
  readonly writtenBytes?: number;
  /** Addresses and ports beyond 127.0.0.1 and ::1 on which they listen. Looked at now and then; absent in between. */
  readonly openAddresses?: readonly string[];
  /** Sockets of the first process that another one holds too: of the door, or of the channel to the incumbent. As above. */
  readonly sharedSockets?: number;
  /** Threads that have had processor time, and how often each has waited for anything. As above. */
  readonly workers?: Readonly<Record<string, { readonly processorMs: number; readonly waits: number }>>;
}

/** What a process takes, and took when it was last asked. Empty where the machine does not say. */
export interface TakenTwice {
  readonly taken?: Taken;
  readonly takenBefore?: Taken;
}
