/** The terminal or pipe that a command talks to. */
export interface Terminal {
  /** True when a person sits in front of it: progress and colour are for people only. */
  readonly isInteractive: boolean;
  /** Standard output, a line. */
  print(line: string): void;
  /** Standard error, a line. */
  complain(line: string): void;
  /** Rewrites the current line of standard error; nothing in a pipe. */
  progress(line: string): void;
}
