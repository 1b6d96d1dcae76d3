/**
 * command/ - what people type: one file per command, and help made from their list. Called by main.ts.
 * Never: do the work. A command asks the running appliance over HTTP, or starts one off duty, and prints the answer.
 *
 * - Chosen: commands talk HTTP, to the running appliance or to one started off duty; rejected: a second way into the
 *   database; why: one code path, one writer, the same refusals.
 * - Chosen: by a unix socket first, which the kernel opens to the bell's user, its group and root; rejected: the web address
 *   alone; why: no root, no certificate, and no crowd at the web page is in the way.
 * - Chosen: exit code 75 when home, database or port do not let it run; rejected: falling back; why: a foreign program
 *   on the port would reject one good release after the other.
 * - Chosen: the beginning of an id goes through a filter of the list; rejected: every `:id` of the API takes beginnings;
 *   why: a wrong one must never act.
 * - Chosen: a field that only another release knows is told by its name; rejected: descriptions shared with `web/`;
 *   why: newer and older appliances are told too, and the import table stays.
 * - Chosen: completion and manual page are made from the list; rejected: files in the tree; why: they would drift.
 */
import type { CommandContext } from './context.ts';

/**
 * 0 done; 1 failed, and the message says why; 2 not understood; 69 nothing to talk to, 75 the machine does not let it run
 * now, whichever release (EX_UNAVAILABLE and EX_TEMPFAIL of sysexits.h).
 */
export const exitCodes = { done: 0, failed: 1, usage: 2, unavailable: 69, notNow: 75 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface CommandOption {
  readonly type: 'boolean' | 'string';
  readonly short?: string;
  /** What stands for the value in help: `DIR`. */
  readonly value?: string;
  readonly description: string;
}

/** One definition per command: parsing, help and suggestions come from it. */
export interface Command {
  /** As typed, one word or two: `people add`. */
  readonly name: string;
  /** Typed for the same: a noun alone shows its list. */
  readonly aliases?: readonly string[];
  /** One line, an imperative. */
  readonly summary: string;
  /** What follows the name: `NAME PICTURE…`; empty for nothing. Lower bound and upper bound of their number. */
  readonly parameters: { readonly text: string; readonly min: number; readonly max: number };
  /** More than the summary, where it needs more. */
  readonly description?: string;
  readonly options?: Readonly<Record<string, CommandOption>>;
  /** Not in the help: people do not type it. */
  readonly isHidden?: boolean;
  /** Settings may be given as flags: `--camera.source=demo`. */
  readonly takesSettings?: boolean;
  run(context: CommandContext): Promise<ExitCode>;
}

/** Options that every command takes. */
export const globalOptions: Readonly<Record<string, CommandOption>> = {
  home: { type: 'string', value: 'DIR', description: 'Where the appliance keeps everything' },
  help: { type: 'boolean', short: 'h', description: 'Explain the command' },
};

/** Parameters of a command that takes none. */
export const noParameters = { text: '', min: 0, max: 0 } as const;

/** The option of every command that can answer in JSON. */
export const jsonOption = { json: { type: 'boolean', description: 'Print JSON for programs' } } as const;

/** Says what was not understood. */
export function misused(context: Pick<CommandContext, 'terminal'>, command: string, message: string): ExitCode {
  context.terminal.complain(message);
  context.terminal.complain(`See: doorward help ${command}`);
  return exitCodes.usage;
}
