import type { Random } from '../system/random.ts';
import { keptSecret, newCode, readCode } from './secrets.ts';

const codesOfUser = 10;
/** 80 bits: their plain hash is as good as a slow one. */
const groups = 4;

/** New ones for a user, and how they are kept. */
export function newRecoveryCodes(random: Pick<Random, 'secret'>): {
  readonly codes: readonly string[];
  readonly kept: readonly string[];
} {
  const codes = Array.from({ length: codesOfUser }, () => newCode(random, groups));
  return { codes, kept: codes.map(keptSecret) };
}

/** What somebody has typed, as it is kept when it is one. */
export function keptRecoveryCode(typed: string): string {
  return keptSecret(readCode(typed, groups) ?? '');
}
