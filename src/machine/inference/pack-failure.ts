/** Why a pack of models cannot be used. */
export type PackFailure = 'models-missing' | 'models-damaged';

/** A failure in words, with what to do about it. */
export function refuse(outcome: PackFailure, why: string): { readonly outcome: PackFailure; readonly message: string } {
  return { outcome, message: `cannot start recognition: ${why}: run npm run models` };
}
