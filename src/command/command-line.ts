import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { layerOfFlags } from '../settings/layers.ts';
import { didYouMean } from '../settings/nearest.ts';
import { homeAt } from '../system/home.ts';
import { exitCodes, misused, type Command, type CommandOption, type ExitCode } from './command.ts';
import { commands } from './commands.ts';
import { Flags, type Surroundings } from './context.ts';
import { helpOf, helpOfAll } from './help.ts';

/** Options that every command takes. */
export const globalOptions: Readonly<Record<string, CommandOption>> = {
  home: { type: 'string', value: 'DIR', description: 'Where the appliance keeps everything' },
  help: { type: 'boolean', short: 'h', description: 'Explain the command' },
};

/** From the words that were typed to an exit code. Rejects only with a fault of the program or the machine. */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const list = commands();
  const { ahead, words } = splitAhead(argv);
  const [first = 'help'] = words;
  if (first === '--help' || first === '-h') return printHelp(surroundings, list, []);
  if (first === '--version') return runCommandLine(['version'], surroundings);
  const found = commandIn(list, words);
  if (found === undefined) return unknownCommand(surroundings, list, words);
  const { command, rest } = found;
  if (command.name === 'help') return printHelp(surroundings, list, rest);
  return runCommand(command, [...ahead, ...rest], surroundings);
}

/** Global options with a value may stand ahead of the command: `doorward --home DIR ring`. */
function splitAhead(argv: readonly string[]): { ahead: readonly string[]; words: readonly string[] } {
  const valued = Object.entries(globalOptions).flatMap(([name, { type }]) => (type === 'string' ? [`--${name}`] : []));
  let begin = 0;
  while (begin < argv.length) {
    const [name = '', value] = (argv[begin] ?? '').split('=', 2);
    if (!valued.includes(name)) break;
    begin += value === undefined ? 2 : 1;
  }
  return { ahead: argv.slice(0, begin), words: argv.slice(begin) };
}

/** A first word alone, like `people`, shows what may follow it. */
function unknownCommand({ terminal }: Surroundings, list: readonly Command[], argv: readonly string[]): ExitCode {
  const [first = ''] = argv;
  const typed = argv
    .filter((word) => !word.startsWith('-'))
    .slice(0, 2)
    .join(' ');
  const words = typed === '' ? first : typed;
  const group = list.filter(({ name }) => name.startsWith(`${first} `));
  const names = (group.length > 0 ? group : list).map(({ name }) => name);
  const meant = group.length > 0 && words === first ? '' : didYouMean(words, names);
  terminal.complain(`cannot run ${JSON.stringify(words)}: there is no such command${meant}`);
  terminal.complain(group.length > 0 ? `Commands: ${names.join(', ')}` : 'See: doorward help');
  return exitCodes.usage;
}

async function runCommand(command: Command, words: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const split = splitSettings(words, command.takesSettings === true);
  const typed = parseWords(command, split.rest);
  if (typed.outcome === 'misused') return misused(surroundings, command.name, typed.message);
  const { flags, args } = typed;
  if (flags.isSet('help')) return printHelp(surroundings, [command], [command.name]);
  const complaints = layerOfFlags(split.settingFlags).complaints;
  const complaint = complaints[0] ?? miscounted(command, args.length);
  if (complaint !== undefined) return misused(surroundings, command.name, complaint);
  const { environment, workingFolder, homeDefault } = surroundings;
  const home = homeAt(resolve(workingFolder, flags.text('home') ?? environment['DOORWARD_HOME'] ?? homeDefault));
  return command.run({ ...surroundings, args, flags, settingFlags: split.settingFlags, home });
}

/** The command whose name of one or two words begins the line; the longer name wins. */
function commandIn(
  list: readonly Command[],
  argv: readonly string[],
): { command: Command; rest: readonly string[] } | undefined {
  for (const length of [2, 1]) {
    const command = list.find(({ name }) => name === argv.slice(0, length).join(' '));
    if (command !== undefined && argv.length >= length) return { command, rest: argv.slice(length) };
  }
  return argv.length === 0 ? commandIn(list, ['help']) : undefined;
}

type Typed =
  | { readonly outcome: 'understood'; readonly flags: Flags; readonly args: readonly string[] }
  | { readonly outcome: 'misused'; readonly message: string };

function parseWords(command: Command, words: readonly string[]): Typed {
  const options = { ...globalOptions, ...command.options };
  const shapes = Object.fromEntries(
    Object.entries(options).map(([name, { type, short }]) => [name, short === undefined ? { type } : { type, short }]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: shapes,
      allowPositionals: true,
      strict: true,
    });
    const flags: Record<string, string | boolean | undefined> = {};
    for (const [name, value] of Object.entries(values)) if (!Array.isArray(value)) flags[name] = value;
    return { outcome: 'understood', flags: new Flags(flags), args: positionals };
  } catch (error) {
    return { outcome: 'misused', message: misusedOption(words, Object.keys(options), error) };
  }
}

/** node:util explains how to escape a dash; whoever mistyped an option wants its name. */
function misusedOption(words: readonly string[], known: readonly string[], error: unknown): string {
  const names = known.map((name) => `--${name}`);
  const unknown = words.find((word) => word.startsWith('-') && !names.includes(word.split('=')[0] ?? ''));
  const text = error instanceof Error ? error.message : String(error);
  if (unknown === undefined || !/unknown option/i.test(text)) return `cannot run this: ${text}`;
  const [name = ''] = unknown.split('=');
  return `cannot run this: there is no option ${name}${didYouMean(name, names)}`;
}

/** Takes `--section.key=value` and `--section.key value` out of the words. */
function splitSettings(
  words: readonly string[],
  takesSettings: boolean,
): { settingFlags: Record<string, string>; rest: string[] } {
  const settingFlags: Record<string, string> = {};
  const rest: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const [, key, value] = /^--([A-Za-z]+\.[A-Za-z][A-Za-z0-9]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (key === undefined || !takesSettings) {
      rest.push(word);
      continue;
    }
    if (value === undefined) index += 1;
    settingFlags[key] = value ?? words[index] ?? '';
  }
  return { settingFlags, rest };
}

function miscounted({ name, parameters }: Command, given: number): string | undefined {
  if (given >= parameters.min && given <= parameters.max) return undefined;
  return `cannot run ${name} with ${given} parameters: it takes ${parameters.text === '' ? 'none' : parameters.text}`;
}

function printHelp({ terminal }: Surroundings, list: readonly Command[], words: readonly string[]): ExitCode {
  const topic = words.filter((word) => !word.startsWith('-')).join(' ');
  const command = list.find(({ name }) => name === topic);
  const group = list.filter(({ name }) => name.startsWith(`${topic} `));
  if (command !== undefined) for (const line of helpOf(command, globalOptions)) terminal.print(line);
  else if (topic === '' || group.length > 0)
    for (const line of helpOfAll(topic === '' ? list : group, globalOptions)) terminal.print(line);
  else {
    const meant = didYouMean(
      topic,
      list.map(({ name }) => name),
    );
    terminal.complain(`cannot explain ${JSON.stringify(topic)}: there is no such command${meant}`);
    return exitCodes.usage;
  }
  return exitCodes.done;
}
