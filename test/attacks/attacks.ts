/**
 * `npm run test:attacks`: people who are not let in, and some who are, try to get at what they may not have, on a real
 * appliance by TLS. A browser that another site leads is in the page's own tests.
 */
import { begin } from '../../scripts/entry.ts';
import type { Attack } from './attack.ts';
import { attacksOnHttp } from './attacks-on-http.ts';
import { attacksOnPasswords } from './attacks-on-passwords.ts';
import { attacksOnSessions } from './attacks-on-sessions.ts';
import { attacksOnStrength } from './attacks-on-strength.ts';
import { besiege, moveIn, type BesiegedHouse } from './besieged-house.ts';

const crowd = 500;

/** Those that read along come last: then there is the most to be read. */
export function attacksBy(crowd: number): readonly Attack[] {
  return [...attacksOnSessions, ...attacksOnHttp, ...attacksOnStrength(crowd), ...attacksOnPasswords];
}

/** What the attack has got, in words; undefined when nothing, and the owner is served as before. */
export async function outcomeOf({ attempt }: Attack, house: BesiegedHouse): Promise<string | undefined> {
  const got = await attempt(house);
  if (got !== undefined) return got;
  return (await house.servesAda()) === undefined ? 'the owner is not answered any more' : undefined;
}

async function attackAll(only: string): Promise<void> {
  const chosen = attacksBy(crowd).filter(({ name }) => name.includes(only));
  const ends: (() => unknown)[] = [];
  const house = await besiege({ after: (end) => void ends.push(end) });
  let succeeded = 0;
  try {
    await moveIn(house);
    for (const attack of chosen) {
      const got = await outcomeOf(attack, house);
      if (got !== undefined) succeeded += 1;
      console.log(got === undefined ? `failed     ${attack.name}` : `SUCCEEDED  ${attack.name}: ${got}`);
    }
  } finally {
    for (const end of ends.toReversed()) await end();
  }
  console.log(JSON.stringify({ attacks: chosen.length, succeeded }));
  process.exitCode = succeeded === 0 && chosen.length > 0 ? 0 : 1;
}

if (import.meta.main) {
  const [only = ''] = begin({ usage: 'npm run test:attacks -- [WORDS OF A NAME]', words: 1 }).positionals;
  await attackAll(only);
}
