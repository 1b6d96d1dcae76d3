import { settingKeys } from '../settings/setting-keys.ts';
import { isoTime } from '../system/iso-time.ts';
import { exitCodes, globalOptions, noParameters, type Command, type CommandOption } from './command.ts';
import { exitCodeWords, optionText, settingsText, usageOf } from './help.ts';
import { passphraseVariable } from './release-words.ts';
import { wrapped } from './text.ts';

/** Escapes make lines longer, and 80 is the most that readers of the source like. */
const sourceColumnsMax = 66;
const dateCharacters = 10;

/** The manual. `list`: every command. */
export const manCommand = (list: () => readonly Command[]): Command => ({
  name: 'man',
  summary: 'Print the manual page of these commands',
  parameters: noParameters,
  description: 'doorward install puts it in place, for man doorward. Without it: doorward man | man -l -',
  async run(context) {
    const { release, clock, terminal } = context;
    const madeMs = release.builtMs() ?? clock.wallMs();
    terminal.print(manPage(list(), { version: release.version, madeMs }).trimEnd());
    return exitCodes.done;
  },
});

/** The manual page as man(7) source, made from the list of commands. */
export function manPage(
  list: readonly Command[],
  { version, madeMs }: { readonly version: string; readonly madeMs: number },
): string {
  const date = isoTime(madeMs).slice(0, dateCharacters);
  const shown = list.filter(({ isHidden }) => isHidden !== true);
  return [
    `.TH DOORWARD 1 "${date}" "Doorward ${version}" "User Commands"`,
    ...section('NAME'),
    String.raw`doorward \- a doorbell that knows who is at the door`,
    ...section('SYNOPSIS'),
    '.B doorward',
    String.raw`.I COMMAND`,
    '[\\fIOPTIONS\\fR]',
    ...section('DESCRIPTION'),
    ...text(
      'Doorward turns a small computer with a camera and a button into a doorbell that knows who is at the door, keeps ' +
        'everything at home and updates itself without missing a ring. Commands ask the appliance that runs, or do their ' +
        'work themselves when none does. Options may stand before the command, or behind it.',
    ),
    ...section('COMMANDS'),
    ...shown.flatMap(commandLines),
    ...section('OPTIONS'),
    ...text('Every command takes:'),
    ...optionLines(globalOptions),
    ...section('SETTINGS'),
    ...text(settingsText),
    ...settingKeys().flatMap(({ key, description }) => tagged(`\\fB${escaped(key)}\\fR`, description)),
    ...section('EXIT STATUS'),
    ...exitCodeWords.flatMap(([code, words]) => tagged(`\\fB${code}\\fR`, `${words}.`)),
    ...section('ENVIRONMENT'),
    ...environment.flatMap(([name, words]) => tagged(`\\fB${escaped(name)}\\fR`, words)),
    ...section('FILES'),
    ...files.flatMap(([path, words]) => tagged(`\\fI${escaped(path)}\\fR`, words)),
    ...section('EXAMPLES'),
    ...examples.flatMap(([line, words]) => tagged(`\\fB${escaped(line)}\\fR`, words)),
    ...section('SEE ALSO'),
    '.BR systemctl (1),',
    '.BR journalctl (1)',
    '',
  ].join('\n');
}

const environment: readonly (readonly [string, string])[] = [
  ['DOORWARD_HOME', 'Where the appliance keeps everything, as --home says.'],
  ['DOORWARD_SECTION_KEY', 'A setting: DOORWARD_WEB_PORT is web.port.'],
  ['DOORWARD_LIB', 'The folder that native libraries are unpacked into.'],
  ['DOORWARD_DEBUG', '1 tells where in the program a fault came from.'],
  [passphraseVariable, 'Opens a private key that signs releases.'],
  ['NO_COLOR', 'When it is set, the log on a terminal has no colours.'],
];

const files: readonly (readonly [string, string])[] = [
  ['/etc/doorward/doorward.toml', 'Settings of the operator; further ones in settings.d beside it.'],
  ['/var/lib/doorward', 'Database, pictures, backups and the record of trials.'],
  ['/opt/doorward', 'The two slots, and the link that names the committed release.'],
];

const examples: readonly (readonly [string, string])[] = [
  ['doorward run --demo-household', 'Runs with a painted camera and two painted people.'],
  ['doorward people add Ada ada.jpg', 'Enrols Ada.'],
  ['doorward visits 7aab', 'Tells everything about the visit whose id begins so.'],
  ['doorward --json status', 'The same for programs.'],
];

function section(name: string): string[] {
  return [`.SH ${name.includes(' ') ? `"${name}"` : name}`];
}

function commandLines(command: Command): string[] {
  const { summary, description, options = {}, takesSettings } = command;
  const settings = takesSettings === true ? tagged('\\fB\\-\\-SECTION.KEY=VALUE\\fR', 'A setting for this run.') : [];
  const inner = [...optionLines(options), ...settings];
  return [
    ...tagged(`\\fBdoorward ${escaped(usageOf(command))}\\fR`, `${summary}.`),
    ...(description === undefined ? [] : ['.IP', ...text(description)]),
    ...(inner.length === 0 ? [] : ['.RS', ...inner, '.RE']),
  ];
}

function optionLines(options: Readonly<Record<string, CommandOption>>): string[] {
  return Object.entries(options).flatMap(([name, option]) => {
    const [flag = '', ...value] = optionText(name, option).split(' ');
    const shown = value.length === 0 ? '' : ` \\fI${escaped(value.join(' '))}\\fR`;
    const short = option.short === undefined ? '' : `\\fB${escaped(`-${option.short}`)}\\fR, `;
    return tagged(`${short}\\fB${escaped(flag)}\\fR${shown}`, `${option.description}.`);
  });
}

/** A term, and what it means beside or below it. */
function tagged(term: string, words: string): string[] {
  return ['.TP', term, ...text(words)];
}

function text(words: string): string[] {
  return wrapped(words, sourceColumnsMax).map((line) => escaped(line));
}

/** A line as text and nothing else: no request, no escape, dashes that can be typed, and ASCII alone. */
function escaped(line: string): string {
  const plainLine = line
    .replaceAll('\\', '\\(rs')
    .replaceAll('-', '\\-')
    .replaceAll(
      /[^ -~]/gu,
      (character) => `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
  return /^[.']/.test(plainLine) ? `\\&${plainLine}` : plainLine;
}
