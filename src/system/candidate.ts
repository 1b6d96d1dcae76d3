/** Starts the release in a slot as a child of this process. */
export interface Candidates {
  /** Starts the entry of the release in this directory, off duty. Resolves when its process exists. */
  start(directory: string, options: CandidateOptions): Promise<StartedCandidate>;
}

export interface CandidateOptions {
  /** Its command, relative to the directory: from the manifest. */
  readonly entry: readonly string[];
  /** Lowest priority while it rehearses; raised at the hand-over. */
  readonly isBackground: boolean;
  /** One that takes more, with all that it has started, is ended. Until its commit, and where the machine can do it. */
  readonly memoryBytesMax: number;
}

export type StartedCandidate =
  | { readonly outcome: 'started'; readonly candidate: Candidate }
  | { readonly outcome: 'failed'; readonly reason: string };

/** A release on trial, as its incumbent sees it. */
export interface Candidate {
  readonly pid: number;
  /** Sends one question and waits for its answer; undefined when none came in time or the process is gone. */
  ask(question: unknown, timeoutMs: number): Promise<unknown>;
  /** What it said last without being asked, and when (`clock.uptimeMs()`); undefined before the first. */
  lastHeartbeat(): { readonly atMs: number; readonly message: unknown } | undefined;
  /** How it ended: "exit 1", "signal SIGKILL"; undefined while it lives. */
  ended(): string | undefined;
  /** Asks it to stop; after the time it is killed. Resolves when the process is gone. */
  stop(timeoutMs: number): Promise<void>;
}
