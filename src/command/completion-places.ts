import { settingKeys } from '../settings/setting-keys.ts';
import { globalOptions, type Command, type CommandOption } from './command.ts';

/** Shells that the completion is made for. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A word that may come next. */
export interface Candidate {
  readonly word: string;
  readonly words: string;
}

/** What may come next where somebody types. */
export interface Place {
  /** The words of commands typed so far; `` at the beginning. */
  readonly typed: string;
  /** Further words may stand behind them: `people add Ada`. */
  readonly isOpen: boolean;
  readonly candidates: readonly Candidate[];
  /** As typed: `--json`. */
  readonly options: readonly (Candidate & { readonly takesValue: boolean })[];
  readonly takesFiles: boolean;
}

/** Every place of a command line that the list of commands knows, the longest first. */
export function completionPlaces(list: readonly Command[]): readonly Place[] {
  const shown = list.filter(({ isHidden }) => isHidden !== true);
  const nouns = [...new Set(shown.filter(({ name }) => name.includes(' ')).map(({ name }) => firstWord(name)))];
  const acts = shown.filter(({ name }) => name.includes(' ')).map((command) => placeOf(command, shown));
  const others = shown.filter(({ name }) => !nouns.includes(name) && !name.includes(' '));
  return [
    ...acts,
    ...nouns.map((noun) => placeOfNoun(noun, shown)),
    ...others.map((command) => placeOf(command, shown)),
    { typed: '', isOpen: false, candidates: firstWords(shown), options: optionsOf(undefined), takesFiles: false },
  ];
}

/** Options after which a value comes, which is a file as far as a shell can tell. */
export function valuedOptions(places: readonly Place[]): readonly string[] {
  const valued = places.flatMap(({ options }) => options.filter(({ takesValue }) => takesValue));
  return [...new Set(valued.map(({ word }) => word))].filter((word) => !word.endsWith('='));
}

function placeOf(command: Command, list: readonly Command[]): Place {
  const { text } = command.parameters;
  return {
    typed: command.name,
    isOpen: true,
    candidates: argumentsOf(command, list),
    options: optionsOf(command),
    takesFiles: /FILE|PICTURE|DIR/.test(text),
  };
}

/** `people`: its acts, and whatever its list takes. */
function placeOfNoun(noun: string, list: readonly Command[]): Place {
  const alone = list.find(({ name, aliases = [] }) => name === noun || aliases.includes(noun));
  const acts = list
    .filter(({ name }) => name.startsWith(`${noun} `))
    .map(({ name, summary }) => ({ word: name.slice(noun.length + 1), words: summary }));
  const own = alone === undefined ? [] : argumentsOf(alone, list);
  return { typed: noun, isOpen: false, candidates: [...acts, ...own], options: optionsOf(alone), takesFiles: false };
}

function firstWords(list: readonly Command[]): readonly Candidate[] {
  const words = new Map<string, string>();
  for (const { name, summary } of list) {
    const word = firstWord(name);
    const acts = list
      .filter((other) => other.name.startsWith(`${word} `))
      .map((other) => other.name.slice(word.length + 1));
    if (!words.has(word)) words.set(word, name === word ? summary : acts.join(', '));
  }
  return [...words].map(([word, said]) => ({ word, words: said }));
}

/** What a command's parameters may be, where that is known without asking anybody. */
function argumentsOf({ parameters: { text } }: Command, list: readonly Command[]): readonly Candidate[] {
  if (text.includes('KEY')) return settingKeys().map(({ key, description }) => ({ word: key, words: description }));
  if (text.includes('SHELL')) return shells.map((shell) => ({ word: shell, words: '' }));
  if (text.includes('COMMAND')) return firstWords(list);
  return [];
}

function optionsOf(command: Command | undefined): Place['options'] {
  const options: [string, CommandOption][] = Object.entries({ ...command?.options, ...globalOptions });
  const settings = command?.takesSettings === true ? settingKeys() : [];
  return [
    ...options.map(([name, { type, description }]) => ({
      word: `--${name}`,
      words: description,
      takesValue: type === 'string',
    })),
    ...settings.map(({ key, description }) => ({ word: `--${key}=`, words: description, takesValue: true })),
  ];
}

function firstWord(name: string): string {
  return name.split(' ')[0] ?? '';
}
