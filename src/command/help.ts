import { globalOptions, type Command, type CommandOption } from './command.ts';
import { columnsOf, wrapped } from './text.ts';

type Options = Readonly<Record<string, CommandOption>>;

/** Of a terminal that nobody has made wider. */
const columnsMax = 80;
const indent = '  ';
/** What is explained stands to the left of this; what is longer has a line of its own. */
const leftColumnsMax = 26;

export const settingsText =
  'Settings: doorward settings lists them. Each may be a flag of run (--camera.source=demo), a variable ' +
  '(DOORWARD_CAMERA_SOURCE=demo), a line of doorward.toml, or the device’s own (doorward settings set).';
export const exitCodeWords: readonly (readonly [code: number, words: string])[] = [
  [0, 'done'],
  [1, 'failed, and the message says why'],
  [2, 'not understood'],
  [69, 'no appliance to talk to'],
  [75, 'the machine does not let it run now, whichever release it is'],
];

/** The overview: every command on a line. */
export function helpOfAll(list: readonly Command[]): string[] {
  const codes = exitCodeWords.map(([code, words]) => `${code} ${words}`).join('; ');
  return [
    'Doorward: a doorbell that knows who is at the door.',
    '',
    'Usage: doorward COMMAND [OPTIONS]',
    '',
    ...explained(
      list.filter(({ isHidden }) => isHidden !== true).map((command) => [usageOf(command), command.summary]),
    ),
    '',
    'Every command takes:',
    ...explained(optionRows(globalOptions)),
    '',
    ...wrapped(settingsText, columnsMax),
    ...wrapped(`Exit codes: ${codes}.`, columnsMax),
  ];
}

/** Everything about one command. */
export function helpOf(command: Command): string[] {
  const own = Object.keys(command.options ?? {}).length > 0 || command.takesSettings === true;
  const setting = ['--SECTION.KEY=VALUE', 'A setting for this run; see doorward settings'] as const;
  return [
    `Usage: doorward ${usageOf(command)}${own ? ' [OPTIONS]' : ''}`,
    '',
    ...wrapped(`${command.summary}.`, columnsMax),
    ...(command.description === undefined ? [] : ['', ...wrapped(command.description, columnsMax)]),
    '',
    'Options:',
    ...explained([
      ...optionRows({ ...command.options, ...globalOptions }),
      ...(command.takesSettings === true ? [setting] : []),
    ]),
  ];
}

export function usageOf({ name, parameters }: Command): string {
  return parameters.text === '' ? name : `${name} ${parameters.text}`;
}

function optionRows(options: Options): (readonly [string, string])[] {
  return Object.entries(options).map(([name, option]) => [optionText(name, option), option.description]);
}

/** `--limit NUMBER` */
export function optionText(name: string, { value }: CommandOption): string {
  return `--${name}${value === undefined ? '' : ` ${value}`}`;
}

/** Two columns that fit the terminal: what is explained, and the words. */
function explained(rows: readonly (readonly [left: string, words: string])[]): string[] {
  const widths = rows.map(([left]) => columnsOf(left)).filter((width) => width <= leftColumnsMax);
  const width = Math.max(0, ...widths);
  const margin = ' '.repeat(indent.length + width + indent.length);
  return rows.flatMap(([left, words]) => {
    const lines = wrapped(words, columnsMax - margin.length);
    if (columnsOf(left) > width) return [indent + left, ...lines.map((line) => margin + line)];
    const first = indent + left + ' '.repeat(width - columnsOf(left)) + indent;
    return lines.map((line, index) => (index === 0 ? first : margin) + line);
  });
}
