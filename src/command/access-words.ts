import { didYouMean } from '../settings/nearest.ts';
import { plain } from './text.ts';

export const roles: readonly string[] = ['viewer', 'member', 'administrator'];

/** Of a word that is none of those that there are. */
export function unknownWords(thing: string, word: string, known: readonly string[]): string {
  const expected = `${known.join(', ')} was expected${didYouMean(word, known)}`;
  return `cannot use the ${thing} ${JSON.stringify(plain(word))}: ${expected}`;
}
