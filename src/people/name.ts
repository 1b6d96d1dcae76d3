import { refusal, type Refusal } from './acts.ts';
import type { Person } from '../store/records.ts';

/** Characters (code points) that a name may have. */
export const nameCharactersMax = 500;

/** Marks on one letter that any living script needs; more climb over the lines above and below. */
const marksPerLetterMax = 5;

/**
 * Control characters, line and paragraph separators, marks and overrides of the writing direction, broken surrogates and
 * characters that do not exist. A name with one of them could rearrange a log line, a notification or a page.
 */
const unreadable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\p{Bidi_Control}\uFFF9-\uFFFB]/u;
const visible = /(?!\u2800)[\p{L}\p{N}\p{S}\p{P}]/u;
const tooManyMarks = new RegExp(String.raw`\p{M}{${marksPerLetterMax + 1},}`, 'u');
const markWithoutLetter = /(?:^|\p{Z})\p{M}/u;

const invisible = /\p{Default_Ignorable_Code_Point}/gu;
/**
 * Where characters that are not drawn are part of how a name is written: joiners between letters of scripts that join
 * (Persian, Hindi, …) and in emoji, and selectors of a form of an ideograph, an emoji or a Mongolian letter. Anywhere
 * else, as all the others, they only make two names that look the same.
 */
const joins = String.raw`[\u200C\u200D](?=(?![\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}])[\p{L}\p{Extended_Pictographic}])`;
const wanted = new RegExp(
  [
    String.raw`(?<=(?![\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}])[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])${joins}`,
    String.raw`(?<=\p{Emoji})[\uFE0E\uFE0F]`,
    String.raw`(?<=\p{Ideographic})[\uFE00-\uFE02\u{E0100}-\u{E01EF}]`,
    String.raw`(?<=\p{sc=Mongolian})[\u180B-\u180D\u180F]`,
  ].join('|'),
  'gu',
);

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
  if (!visible.test(withoutIgnorable(name)))
    return refusal('name-empty', 'cannot use this name: nothing of it can be seen: give at least one letter');
  const why = unreadableBecause(name);
  if (why !== undefined) return refusal('name-unreadable', `cannot use this name: ${why}: type it anew`);
  return { outcome: 'clean', name };
}

function unreadableBecause(name: string): string | undefined {
  const [bad] = unreadable.exec(name) ?? name.replace(wanted, '').match(invisible) ?? [];
  if (bad !== undefined) {
    const code = (bad.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `it holds the invisible control character U+${code}`;
  }
  const [marks] = tooManyMarks.exec(name) ?? [];
  if (marks !== undefined)
    return `${Array.from(marks).length} marks stand on one letter, ${marksPerLetterMax} are the most`;
  return markWithoutLetter.test(name) ? 'it has a mark, such as an accent, without a letter under it' : undefined;
}

/**
 * What makes two names the same, everywhere: upper and lower case (also of İ, ß and ς), width, how accents are stored,
 * invisible characters and spaces between words do not tell people apart (Unicode NFKC and case folding).
 */
export function nameKey(name: string): string {
  return withoutIgnorable(name.normalize('NFKC'))
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replaceAll('i\u0307', 'i')
    .replaceAll('ς', 'σ')
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
      'if it is the same person, merge the two or add the picture there; if not, choose a name that tells them apart',
  );
}

/** Without the characters that nothing is drawn for: joiners, soft hyphens, fillers. */
function withoutIgnorable(text: string): string {
  return text.replace(/\p{Default_Ignorable_Code_Point}/gu, '');
}
