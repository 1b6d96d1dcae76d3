/**
 * How often a stranger looks like somebody who is enrolled. Measured on LFW and carried over to the distances that all
 * recognisers share (`Scoring`): of the pairs of two people 0.0104 % are nearer than 0.50 and 0.166 % nearer than 0.56, so
 * that every 0.0216 makes e times as many. Nearer than 0.50 there are fewer than that: MobileFaceNet's fall as a normal
 * distribution does, half as many at 0.42.
 */
const pairs = { distance: 0.5, share: 1.04e-4, distancePerE: 0.0216 } as const;

/**
 * The nearest of several pictures of a person is nearer to a stranger, but not as much as so many people's would be: the
 * threshold that keeps a stranger's chance falls by 0.0184 ln(n), which is this power of n.
 */
const powerOfReferences = 0.85;

/** As how many independent faces a person counts beside whom a stranger is compared: `people` of them, with `references`. */
export function crowdOf(people: number, references: number): number {
  return people * references ** powerOfReferences;
}

/** The share of strangers who come this near to somebody of a household. May be over 1: then it tells nothing. */
export function strangersNear(distance: number, crowd: number): number {
  return crowd * pairs.share * Math.exp((distance - pairs.distance) / pairs.distancePerE);
}

/** How near a face must be, so that only this share of strangers is. */
export function distanceFor(share: number, crowd: number): number {
  return pairs.distance + pairs.distancePerE * Math.log(share / (crowd * pairs.share));
}

/** What a distance says of one person. */
export interface Claim {
  readonly distance: number;
  readonly crowd: number;
}

/**
 * Of the visitors who are enrolled so many come as near as a stranger who is among the nearest so-and-so many: people's own
 * distances spread over 0.3, strangers' over 0.0216.
 */
const ownPerStranger = pairs.distancePerE / 0.3;

/**
 * How sure it is, 0 to 1, that it is the first of these people, when every second visitor is a stranger. Each is as likely
 * as the distance says, against the others and against a stranger; `agreement` is the share of the frames that say so.
 */
export function sureness([first, ...others]: readonly Claim[], agreement: number): number {
  if (first === undefined) return 0;
  const oddsOf = ({ distance, crowd }: Claim): number => ownPerStranger / strangersNear(distance, crowd);
  const odds = oddsOf(first);
  return (odds / (1 + odds + others.reduce((sum, other) => sum + oddsOf(other), 0))) * agreement;
}
