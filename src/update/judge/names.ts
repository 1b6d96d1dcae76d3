/**
 * Whether the candidate recognises whom the incumbent recognises, on the same pictures of the household. More and better
 * names are no reason: who is a false name the household says, not the older release.
 */
import { type Finding, shown } from './finding.ts';
import type { AskedBoth, GateFacts, GateLimits } from './gate-facts.ts';

/** So many pictures without their names are no chance any more. */
const missesMin = 2;

type Looked = AskedBoth & { readonly names: NonNullable<AskedBoth['names']> };

/** Somebody whom the incumbent names is not named, or is taken for somebody else. */
export function judgeNames({ asked }: Pick<GateFacts, 'asked'>, { nameDropMax }: GateLimits): Finding {
  const newest = new Map<string, Looked>();
  for (const one of asked) if (one.names !== undefined) newest.set(one.what, { ...one, names: one.names }); // The same picture counts once.
  const pictures = [...newest.values()];
  const named = pictures.filter(({ names }) => names.own.length > 0);
  const missed = named.filter(({ names }) => names.own.some((person) => !names.candidate.includes(person)));
  const saw = `${named.length - missed.length} of ${named.length} pictures with the incumbent's names`;
  const evidence = { asked: pictures.length, answered: pictures.length, compared: named.length, saw };
  const isBroken = missed.length >= missesMin && missed.length > named.length * nameDropMax;
  return shown(evidence, isBroken ? { broken: `on ${missed.length} of ${named.length} pictures it does not name whom the incumbent names` } : undefined); // prettier-ignore
}
