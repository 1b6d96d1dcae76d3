import type { Command, CommandOption } from './command.ts';
import { table } from './text.ts';

type Options = Readonly<Record<string, CommandOption>>;

/** The overview: every command on a line. */
export function helpOfAll(list: readonly Command[], globalOptions: Options): string[] {
  return [
    'Doorward: a doorbell that knows who is at the door.',
    '',
    'Usage: doorward COMMAND [OPTIONS]',
    '',
    ...indented(list.filter(({ isHidden }) => isHidden !== true).map((command) => [usageOf(command), command.summary])),
    '',
    'Every command takes:',
    ...optionLines(globalOptions),
    '',
    'Settings: doorward settings lists them. Each may be a flag of run (--camera.source=demo), a variable',
    '(DOORWARD_CAMERA_SOURCE=demo), a line of doorward.toml, or the device’s own (doorward settings set).',
    'Exit codes: 0 done, 1 failed, 2 not understood, 69 no appliance to talk to.',
  ];
}

/** Everything about one command. */
export function helpOf(command: Command, globalOptions: Options): string[] {
  const own = Object.keys(command.options ?? {}).length > 0 || command.takesSettings === true;
  return [
    `Usage: doorward ${usageOf(command)}${own ? ' [OPTIONS]' : ''}`,
    '',
    `${command.summary}.`,
    ...(command.description === undefined ? [] : ['', command.description]),
    '',
    'Options:',
    ...optionLines({ ...command.options, ...globalOptions }),
    ...(command.takesSettings === true
      ? indented([['--SECTION.KEY=VALUE', 'A setting for this run; see doorward settings']])
      : []),
  ];
}

function usageOf({ name, parameters }: Command): string {
  return parameters.text === '' ? name : `${name} ${parameters.text}`;
}

function optionLines(options: Options): string[] {
  return indented(
    Object.entries(options).map(([name, { value, description }]) => [
      `--${name}${value === undefined ? '' : ` ${value}`}`,
      description,
    ]),
  );
}

function indented(rows: readonly (readonly string[])[]): string[] {
  return table(rows).map((line) => `  ${line}`);
}
