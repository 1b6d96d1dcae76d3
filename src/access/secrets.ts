import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../system/random.ts';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 256 bits. */
const secretLetters = 43;
const tokenIdLetters = 8;
/** Without I, L, O and U, which are read as others (crockford.com/base32). */
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const groupLetters = 4;

/** Letters that nobody guesses: for a session, a device, an invitation. */
export function newSecret(random: Pick<Random, 'secret'>): string {
  return letters(random, base62, secretLetters);
}

/** A secret as it is kept. It is long and nobody has chosen it: no slow hash is needed to keep it from being guessed. */
export function keptSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether this is the secret that is kept, in a time that does not tell how much of it fits. */
export function isSecret(secret: string, kept: string): boolean {
  const [one, other] = [Buffer.from(keptSecret(secret), 'hex'), Buffer.from(kept, 'hex')];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** `dw_<id>_<secret>`: scanners for forgotten secrets know it by its beginning. */
export function newToken(random: Pick<Random, 'secret'>): { readonly id: string; readonly token: string } {
  const id = letters(random, base62, tokenIdLetters);
  return { id, token: `dw_${id}_${newSecret(random)}` };
}

/** The id in a token, when it is spelt like one. */
export function idInToken(token: string): string | undefined {
  return /^dw_([0-9A-Za-z]{8})_[0-9A-Za-z]{43}$/.exec(token)?.[1];
}

/** A code that people copy by hand: `7KQ2-M4TV`, of groups of four letters with 20 bits each. */
export function newCode(random: Pick<Random, 'secret'>, groups: number): string {
  return groupsOf(letters(random, crockford, groups * groupLetters));
}

/** What somebody has typed, as `newCode` writes it; undefined when it cannot be one. */
export function readCode(typed: string, groups: number): string | undefined {
  const plain = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  const isCode =
    plain.length === groups * groupLetters && Array.from(plain).every((letter) => crockford.includes(letter));
  return isCode ? groupsOf(plain) : undefined;
}

function groupsOf(plain: string): string {
  return plain.replaceAll(/(.{4})(?=.)/g, '$1-');
}

/** Each letter as likely as the other: bytes beyond the last whole round of the alphabet are thrown away. */
function letters(random: Pick<Random, 'secret'>, alphabet: string, count: number): string {
  const fair = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < count)
    for (const byte of random.secret(count))
      if (byte < fair && text.length < count) text += alphabet[byte % alphabet.length];
  return text;
}
