const nameCharactersMax = 60;

/** A user's name as it is shown, and as it is compared: nobody else may have one that looks the same but for case. */
export function readName(typed: string): { readonly name: string; readonly nameKey: string } | undefined {
  const name = typed.normalize('NFC').trim();
  const characters = Array.from(name).length;
  if (characters === 0 || characters > nameCharactersMax || /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u.test(name))
    return undefined;
  return { name, nameKey: name.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ') };
}
