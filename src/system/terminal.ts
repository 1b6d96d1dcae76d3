/** What a line of standard error is worth, as the journal counts it (sd-daemon(3)): 3 is an error, 7 is for whoever looks. */
export const priorities = { error: 3, warning: 4, info: 6, debug: 7 } as const;
export type Priority = (typeof priorities)[keyof typeof priorities];

/** The terminal, the pipe or the journal that a command talks to. */
export interface Terminal {
  /** True when a person sits in front of it: progress is for people only. */
  readonly isInteractive: boolean;
  /** For people who want it: they may have said NO_COLOR. */
  readonly hasColour: boolean;
  /** What is printed goes into a journal: a name stays there when its person is erased. */
  readonly isRecorded: boolean;
  /** Standard output, a line. */
  print(line: string): void;
  /** Standard error, a line; where that is the journal, with its priority (a warning, when nobody says). */
  complain(line: string, priority?: Priority): void;
  /** Rewrites the current line of standard error; nothing in a pipe. */
  progress(line: string): void;
}
