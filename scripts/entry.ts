/**
 * How every command of scripts/ and test/ begins and ends: what was typed is checked first, and whatever goes wrong ends it
 * with one line for people: exit code 2 for what was not understood, 1 for everything else. DOORWARD_DEBUG=1 shows where
 * in the program it came from.
 */
import { inspect, parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { codeOf, wordsOf } from '../src/system/error-words.ts';
import { adviceFor } from './debian/tools.ts';

/** What was typed cannot be understood. */
export class Misused extends Error {}

interface Entry<Options extends ParseArgsOptionsConfig> {
  /** `npm run test:kills -- [KILLS] [SEED]` */
  readonly usage: string;
  readonly options?: Options;
  /** How many words there may be beside the options. */
  readonly words?: number;
  /** When they are not just those of the process. */
  readonly args?: readonly string[];
}

/** Call it first. From here on the process ends with one line, whatever happens. */
export function begin<const Options extends ParseArgsOptionsConfig = Record<never, never>>({
  usage,
  options,
  words = 0,
  args = process.argv.slice(2),
}: Entry<Options>): ReturnType<typeof parseArgs<{ options: Options; allowPositionals: true; strict: true }>> {
  process.on('uncaughtException', (error) => end(error, usage));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- none were named, and so nothing reads them
  const known = options ?? ({} as Options);
  try {
    const typed = parseArgs({
      args: [...args],
      options: known,
      allowPositionals: true,
      strict: true,
    });
    const [extra] = typed.positionals.slice(words);
    if (extra !== undefined) throw new Misused(`nobody knows what ${JSON.stringify(extra)} is for`);
    return typed;
  } catch (error) {
    return end(error instanceof Misused ? error : new Misused(firstSentence(wordsOf(error))), usage);
  }
}

/** A whole number that was typed, or what holds when none was. */
export function wholeNumber(text: string | undefined, otherwise: number, least = 1): number {
  const number = Number(text ?? otherwise);
  if (Number.isSafeInteger(number) && number >= least && text !== '') return number;
  throw new Misused(`${JSON.stringify(text)} is no whole number from ${least} on`);
}

function end(error: unknown, usage: string): never {
  if (process.env['DOORWARD_DEBUG'] === '1') console.error(inspect(error));
  const [line = '', ...more] = linesOf(error);
  for (const one of more) console.error(one); // What a program that was run has said.
  if (error instanceof Misused) console.error(`cannot run this: ${line}: ${usage}`);
  else console.error(/^cannot\b/.test(line) ? line : `cannot go on: ${line}`);
  process.exit(error instanceof Misused ? 2 : 1);
}

function linesOf(error: unknown): readonly string[] {
  const syscall = error instanceof Error && 'syscall' in error ? String(error.syscall) : '';
  const program = error instanceof Error && 'path' in error ? String(error.path) : '';
  if (codeOf(error) === 'ENOENT' && syscall.startsWith('spawn')) return [adviceFor(program)];
  return wordsOf(error).trimEnd().split('\n');
}

/** node:util goes on to explain how to escape a dash. */
function firstSentence(text: string): string {
  return text.split('. ')[0] ?? '';
}
