import { wordsOf } from '../../system/error-words.ts';
import type { DecodeFailure } from '../../system/inference.ts';

/** Why a picture is not decoded. */
export interface Refusal {
  readonly outcome: DecodeFailure;
  readonly message: string;
}

export function refuse(outcome: DecodeFailure, why: string): Refusal {
  return { outcome, message: `cannot read picture: ${why}` };
}

/** What decoding ended with, in words. */
export function refuseFor(error: unknown): Refusal {
  const reason = firstLine(error);
  return /out of memory/i.test(reason)
    ? refuse('too-large', 'it takes more memory than a picture may')
    : refuse('corrupt', `it is damaged (${reason})`);
}

export function firstLine(error: unknown): string {
  return wordsOf(error).split('\n')[0]?.trim() ?? '';
}
