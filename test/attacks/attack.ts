import type { BesiegedHouse } from './besieged-house.ts';

/** One way to get at what one may not have. */
export interface Attack {
  readonly name: string;
  /** What it has got, in words; undefined when nothing. */
  readonly attempt: (house: BesiegedHouse) => Promise<string | undefined>;
}

export function attack(name: string, attempt: Attack['attempt']): Attack {
  return { name, attempt };
}

/** The first of several tries that has got something. */
export async function firstOf<Try>(
  tries: readonly Try[],
  attempt: (one: Try) => Promise<string | undefined>,
): Promise<string | undefined> {
  for (const one of tries) {
    const got = await attempt(one);
    if (got !== undefined) return got;
  }
  return undefined;
}
