import { refusal, type Refusal } from './acts.ts';
import type { Person } from '../store/records.ts';

/** Characters (code points) that a name may have. */
export const nameCharactersMax = 500;

/**
 * Control characters, line and paragraph separators, overrides of the writing direction, broken surrogates and
 * characters that do not exist. A name with one of them could rearrange a log line, a notification or a page.
 */
const unreadable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\u202A-\u202E\u2066-\u2069\uFFF9-\uFFFB]/u;
const visible = /[\p{L}\p{N}\p{S}\p{P}]/u;

type CleanName = { readonly outcome: 'clean'; readonly name: string } | Refusal;

/**
 * A name as it is stored: any script, trimmed, in Unicode normal form C. What cannot be shown safely is refused, not
 * stripped: nobody should find a name changed behind their back.
 */
export function cleanName(text: string): CleanName {
  const name = text.trim().normalize('NFC');
  const length = Array.from(name).length;
  if (length > nameCharactersMax)
    return refusal(
      'name-too-long',
      `cannot use this name: it has ${length} characters, ${nameCharactersMax} are the most: shorten it`,
    );
  const bad = unreadable.exec(name);
  if (bad !== null) {
    const code = (bad[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const message = `cannot use this name: it holds the invisible control character U+${code}: type it anew`;
    return refusal('name-unreadable', message);
  }
  if (!visible.test(withoutIgnorable(name)))
    return refusal('name-empty', 'cannot use this name: nothing of it can be seen: give at least one letter');
  return { outcome: 'clean', name };
}

/**
 * What makes two names the same: upper and lower case, width, invisible characters and spaces between words do not
 * tell people apart (Unicode NFKC and case folding).
 */
export function nameKey(name: string): string {
  return withoutIgnorable(name.normalize('NFKC'))
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** The name, cleaned, unless somebody else has it: then nobody could tell the two apart in a notification. */
export function freeName(text: string, people: readonly Person[], except?: string): CleanName {
  const clean = cleanName(text);
  if (clean.outcome === 'refused') return clean;
  const key = nameKey(clean.name);
  const holder = people.find((person) => person.id !== except && nameKey(person.name) === key);
  if (holder === undefined) return clean;
  const merged = holder.mergedInto === undefined ? '' : ' (merged into another person)';
  return refusal(
    'name-taken',
    `cannot use the name “${clean.name}”: “${holder.name}”${merged} is in the household already: ` +
      'add the picture to that person, or choose a name that tells the two apart',
  );
}

/** Without the characters that nothing is drawn for: joiners, soft hyphens, fillers. */
function withoutIgnorable(text: string): string {
  return text.replace(/\p{Default_Ignorable_Code_Point}/gu, '');
}
