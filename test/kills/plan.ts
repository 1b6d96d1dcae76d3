/** Who is killed, and when: every boundary of an update with everybody who is there, and moments that nobody chose. */

/** Where an update stands, as the disk shows it, in the order of an update. */
export const boundaries = ['pushed', 'marked', 'staging', 'staged', 'begun', 'started', 'probation', 'linked', 'recorded', 'left', 'over'] as const; // prettier-ignore
export type Boundary = (typeof boundaries)[number];

export const victims = ['incumbent', 'candidate', 'both'] as const;
export type Victim = (typeof victims)[number];

/** One kill; `moment` is a time that the seed says. */
export interface Aim {
  readonly at: Boundary | 'moment';
  readonly victim: Victim;
}

const incumbent = (at: Aim['at']): Aim => ({ at, victim: 'incumbent' });
const candidate = (at: Aim['at']): Aim => ({ at, victim: 'candidate' });
const both = (at: Aim['at']): Aim => ({ at, victim: 'both' });

/**
 * Each row is one release: it is cut short so often, power comes back, and the same update goes on by itself. Before the
 * trial nobody counts; in it the incumbent may die twice and the release must still be committed, the third time it is
 * rejected; a release whose own process is killed on trial is rejected at once.
 */
export const rows: readonly (readonly Aim[])[] = [
  [incumbent('pushed'), incumbent('marked'), incumbent('staging'), incumbent('staged'), incumbent('begun'), incumbent('started'), incumbent('linked')],
  [incumbent('pushed'), incumbent('staging'), both('started'), incumbent('probation'), both('linked')],
  [incumbent('marked'), incumbent('staged'), candidate('started')],
  [both('moment'), incumbent('moment'), incumbent('left')],
  [incumbent('marked'), incumbent('started'), both('probation'), candidate('linked')],
  [incumbent('staging'), incumbent('begun'), candidate('probation')],
  [incumbent('staged'), incumbent('probation'), incumbent('recorded')],
  [incumbent('moment'), both('moment'), candidate('moment')],
  [incumbent('pushed'), both('probation'), both('started'), both('recorded')],
  [incumbent('marked'), incumbent('staging'), incumbent('begun'), candidate('recorded')],
  [incumbent('staged'), both('started'), incumbent('begun'), incumbent('probation')],
  [incumbent('moment'), incumbent('moment'), both('moment'), incumbent('left')],
]; // prettier-ignore

export function rankOf(boundary: Boundary): number {
  return boundaries.indexOf(boundary);
}

/** A moment that follows from the seed (Numerical Recipes' linear congruence, three steps). */
export function momentMs(seed: number, msMax: number): number {
  let value = seed >>> 0;
  for (let step = 0; step < 3; step += 1) value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((value / 2 ** 32) * msMax);
}
