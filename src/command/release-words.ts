import { resolve } from 'node:path';
import { readPrivateKey, type Signer } from '../release/keys.ts';
import type { CommandContext } from './context.ts';

/** What was read, or why not, for people. */
export type Read<Value> =
  | { readonly outcome: 'read'; readonly value: Value }
  | { readonly outcome: 'refused'; readonly message: string };

/** Where the operator's passphrase is looked for; never on the command line, where every user of the machine sees it. */
export const passphraseVariable = 'DOORWARD_KEY_PASSPHRASE';

export function passphraseOf({ environment }: Pick<CommandContext, 'environment'>): string | undefined {
  const passphrase = environment[passphraseVariable];
  return passphrase === '' ? undefined : passphrase;
}

/** A file that somebody named. */
export async function readNamed({ disk, workingFolder }: CommandContext, path: string): Promise<Read<Uint8Array>> {
  const value = await disk.read(resolve(workingFolder, path));
  if (value === undefined) return { outcome: 'refused', message: `cannot read ${path}: there is no such file` };
  return { outcome: 'read', value };
}

/** The private key that `--key` names. */
export async function readSigner(context: CommandContext, path: string): Promise<Read<Signer>> {
  const read = await readNamed(context, path);
  if (read.outcome === 'refused') return read;
  const signer = readPrivateKey(read.value, passphraseOf(context));
  if (typeof signer === 'string') return { outcome: 'refused', message: `cannot use the key ${path}: ${signer}` };
  return { outcome: 'read', value: signer };
}

/** `a,b` as its parts; none for nothing. */
export function listOf(text: string | undefined): readonly string[] {
  return (text ?? '').split(',').filter((word) => word !== '');
}

/** A whole number, or undefined when the text is none. */
export function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** `2036-11-20` as metadata holds it; other texts stay, for metadata to judge. */
export function timeOf(text: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;
}

/** The option of commands that end something's validity. */
export const expiresOption = (what: string, otherwise: string) =>
  ({
    type: 'string',
    value: 'DATE',
    description: `Until when ${what}, such as 2036-11-20; otherwise ${otherwise}`,
  }) as const;
