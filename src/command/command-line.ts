import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { layerOfFlags } from '../settings/layers.ts';
import { didYouMean } from '../settings/nearest.ts';
import { homeAt } from '../system/home.ts';
import { exitCodes, globalOptions, misused, type Command, type CommandOption, type ExitCode } from './command.ts';
import { commands } from './commands.ts';
import { Flags, type Surroundings } from './context.ts';
import { helpOf, helpOfAll } from './help.ts';
import { wordsOf } from '../system/error-words.ts';

interface Line {
  readonly words: readonly string[];
  /** Those with a value are followed by it. */
  readonly options: readonly string[];
}

/** From the words that were typed to an exit code. Rejects only with a fault of the program or the machine. */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const list = commands();
  const line = sortWords(list, argv);
  const { words, options } = line;
  if (words.length === 0) return withoutCommand(surroundings, list, options);
  const wantsHelp = options.includes('--help') || options.includes('-h');
  if (words.length === 1 && wantsHelp) return printHelp(surroundings, list, words);
  const found = commandIn(list, words);
  if (found?.command.name === 'help') return printHelp(surroundings, list, found.rest);
  if (found !== undefined) return runCommand(found.command, { words: found.rest, options }, surroundings);
  // A noun alone, like `release`, shows what may follow it.
  if (words.length === 1 && groupOf(list, words).length > 0) return printHelp(surroundings, list, words);
  return unknownCommand(surroundings, list, words);
}

function withoutCommand(
  surroundings: Surroundings,
  list: readonly Command[],
  options: readonly string[],
): Promise<ExitCode> | ExitCode {
  if (options.includes('--version')) return runCommandLine(['version'], surroundings);
  const typed = parseOptions(globalOptions, options);
  if (typed.outcome === 'understood') return printHelp(surroundings, list, []);
  surroundings.terminal.complain(typed.message);
  surroundings.terminal.complain('See: doorward help');
  return exitCodes.usage;
}

/**
 * Words and options apart, each in their order: an option may stand before the command, or between its words. One with a
 * value takes the word after it along, and so an option's name means the same kind of value for every command.
 */
function sortWords(list: readonly Command[], argv: readonly string[]): Line {
  const valued = valuedOptions(list);
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const words: string[] = [];
  const options: string[] = [];
  for (let index = 0; index < end; index += 1) {
    const word = argv[index] ?? '';
    const isOption = word.startsWith('-') && word !== '-';
    (isOption ? options : words).push(word);
    const takesNext = valued.has(word) || (settingFlag.test(word) && !word.includes('='));
    if (!takesNext || index + 1 >= end) continue;
    index += 1;
    options.push(argv[index] ?? '');
  }
  return { words: [...words, ...argv.slice(end + 1)], options };
}

/** `--camera.source`, with or without its value. */
const settingFlag = /^--([A-Za-z]+\.[A-Za-z][A-Za-z0-9]*)(?:=(.*))?$/s;

/** As typed: `--home`. */
function valuedOptions(list: readonly Command[]): ReadonlySet<string> {
  const all = [globalOptions, ...list.map(({ options = {} }) => options)].flatMap((options) => Object.entries(options));
  return new Set(all.flatMap(([name, { type }]) => (type === 'string' ? [`--${name}`] : [])));
}

function groupOf(list: readonly Command[], [first = '']: readonly string[]): readonly Command[] {
  return list.filter(({ name }) => name.startsWith(`${first} `));
}

function unknownCommand({ terminal }: Surroundings, list: readonly Command[], words: readonly string[]): ExitCode {
  const [first = ''] = words;
  const two = words.slice(0, 2).join(' ');
  const group = groupOf(list, words);
  const names = (group.length > 0 ? group : list).map(({ name }) => name);
  const meant = didYouMean(two, names) || didYouMean(first, names); // `peopel list`, or `rign now`.
  terminal.complain(`cannot run ${JSON.stringify(group.length > 0 ? two : first)}: there is no such command${meant}`);
  terminal.complain(group.length > 0 ? `Commands: ${names.join(', ')}` : 'See: doorward help');
  return exitCodes.usage;
}

async function runCommand(command: Command, line: Line, surroundings: Surroundings): Promise<ExitCode> {
  const split = splitSettings(line.options, command.takesSettings === true);
  const typed = parseOptions({ ...globalOptions, ...command.options }, split.rest);
  if (typed.outcome === 'misused') return misused(surroundings, command.name, typed.message);
  const { flags } = typed;
  const args = line.words;
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
  words: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } | undefined {
  const called = (name: string): Command | undefined =>
    list.find((command) => command.name === name || command.aliases?.includes(name) === true);
  const two = words.length > 1 ? called(words.slice(0, 2).join(' ')) : undefined;
  if (two !== undefined) return { command: two, rest: words.slice(2) };
  const one = called(words[0] ?? '');
  const rest = words.slice(1);
  // `people ad Ada` and `settings st web.port 1` want another command of the noun, not its list.
  const isAct = one !== undefined && rest.length > one.parameters.max && groupOf(list, words).length > 0;
  return one === undefined || isAct ? undefined : { command: one, rest };
}

type Typed =
  | { readonly outcome: 'understood'; readonly flags: Flags }
  | { readonly outcome: 'misused'; readonly message: string };

function parseOptions(known: Readonly<Record<string, CommandOption>>, options: readonly string[]): Typed {
  const shapes = Object.fromEntries(
    Object.entries(known).map(([name, { type, short }]) => [name, short === undefined ? { type } : { type, short }]),
  );
  try {
    const { values } = parseArgs({ args: [...options], options: shapes, allowPositionals: false, strict: true });
    const flags: Record<string, string | boolean | undefined> = {};
    for (const [name, value] of Object.entries(values)) if (!Array.isArray(value)) flags[name] = value;
    return { outcome: 'understood', flags: new Flags(flags) };
  } catch (error) {
    return { outcome: 'misused', message: misusedOption(options, known, error) };
  }
}

/** node:util explains how to escape a dash; whoever mistyped an option wants its name. */
function misusedOption(
  words: readonly string[],
  known: Readonly<Record<string, CommandOption>>,
  error: unknown,
): string {
  const names = Object.keys(known).map((name) => `--${name}`);
  const unknown = words.find((word) => word.startsWith('-') && !names.includes(word.split('=')[0] ?? ''));
  const text = wordsOf(error);
  if (unknown !== undefined && /unknown option/i.test(text)) {
    const [name = ''] = unknown.split('=');
    return `cannot run this: there is no option ${name}${didYouMean(name, names)}`;
  }
  const named = Object.entries(known).find(([name]) => new RegExp(`'(-\\w, )?--${name}[ ']`).test(text));
  if (named === undefined) return `cannot run this: ${text}`;
  const [name, option] = named;
  if (option.type === 'boolean') return `cannot run this: --${name} takes no value: type it alone`;
  const value = option.value ?? 'VALUE';
  return `cannot run this: --${name} needs a value: type --${name} ${value}, or --${name}=${value} for one that begins with a dash`;
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
    const [, key, value] = settingFlag.exec(word) ?? [];
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
  if (command !== undefined) for (const line of helpOf(command)) terminal.print(line);
  else if (topic === '' || group.length > 0)
    for (const line of helpOfAll(topic === '' ? list : group)) terminal.print(line);
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
