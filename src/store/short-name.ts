/** Longer names are cut in reasons; the record keeps them whole. */
const nameLettersMax = 60;

/** A name as reasons give it. Said here, so that whoever removes a person finds the name again. */
export function shortName(name: string): string {
  if (name.length <= nameLettersMax) return name;
  const letters = Array.from(new Intl.Segmenter().segment(name), ({ segment }) => segment);
  return letters.length <= nameLettersMax ? name : `${letters.slice(0, nameLettersMax - 1).join('')}…`;
}
