import type { SeededRandom } from '../../fakes/seeded-random.ts';
import type { Embedding } from '../../../src/system/inference.ts';
import type { Eye } from './eye.ts';
import type { GivenPerson } from './faces-given.ts';
import { BenchHousehold, type Named } from './household.ts';
import { byPerson, type Sample, type Survey } from './survey.ts';

/** How often whom the door takes for whom, in households of one size: counts of looks. */
export interface OpenSet {
  readonly size: number;
  readonly references: number;
  readonly households: number;
  readonly visitors: Outcomes;
  readonly strangers: Outcomes;
  readonly claims: readonly Claim[];
}

/** How sure the product was of the nearest person, and whether it was that one. */
export interface Claim {
  readonly sure: number;
  readonly isRight: boolean;
  readonly isStranger: boolean;
}

/** Of looks. A right name, or a wrong one: every name that a stranger gets is wrong. */
export interface Outcomes {
  readonly looks: number;
  readonly known: number;
  readonly probably: number;
  readonly wrongKnown: number;
  readonly wrongProbably: number;
  readonly refused: number;
  readonly noFace: number;
}

export interface OpenSetPlan {
  readonly size: number;
  readonly references: number;
  /** Random households that are made. */
  readonly households: number;
  /** Only these may live there, and only these come. */
  readonly group?: string;
}

const strangersPerHouseholdMax = 3000;

/** Makes random households, and lets everybody else be a stranger; undefined where there are too few people. */
export function measureOpenSet(
  { eye, found, random }: { readonly eye: Eye; readonly found: Survey; readonly random: SeededRandom },
  { size, references, households, group }: OpenSetPlan,
): OpenSet | undefined {
  const isAsked = ({ person }: Sample): boolean => group === undefined || person.group === group;
  const everybody = byPerson(found.samples.filter(isAsked));
  const others = found.strangers.filter(isAsked);
  const able = [...everybody].filter(([, samples]) => teachable(samples).length >= references && samples.length > references); // prettier-ignore
  if (able.length < size || (able.length === size && others.length === 0)) return undefined;
  const [visitors, strangers]: [Named[], Named[]] = [[], []];
  const right: boolean[] = [];
  const claims: Claim[] = [];
  for (let round = 0; round < households; round += 1) {
    const members = shuffled(able, random).slice(0, size);
    const enrolled = new Map<string, readonly Embedding[]>();
    const probes: { readonly sample: Sample; readonly id: string }[] = [];
    for (const [at, [, samples]] of members.entries()) {
      const taught = shuffled(teachable(samples), random).slice(0, references);
      enrolled.set(`person ${at}`, taught.map(({ embedding }) => embedding)); // prettier-ignore
      const rest = samples.filter((sample) => taught.every((one) => one.sample !== sample));
      probes.push(...rest.map((sample) => ({ sample, id: `person ${at}` })));
    }
    const household = new BenchHousehold(eye, enrolled);
    for (const { sample, id } of probes) {
      const named = household.nameOf(sample.seen);
      visitors.push(named);
      right.push(named.name === id);
      claims.push(...claimOf(named, id));
    }
    const home = new Set<GivenPerson>(members.map(([person]) => person));
    const away = [...everybody].flatMap(([person, samples]) => (home.has(person) ? [] : samples));
    const coming = shuffled([...away, ...others], random).slice(0, strangersPerHouseholdMax);
    const taken = coming.map(({ seen }) => household.nameOf(seen));
    strangers.push(...taken);
    claims.push(...taken.flatMap((named) => claimOf(named, undefined)));
  }
  return {
    size, references, households,
    visitors: outcomesOf(visitors, right),
    strangers: outcomesOf(strangers, strangers.map(() => false)),
    claims,
  }; // prettier-ignore
}

function claimOf({ sure, nearest }: Named, expected: string | undefined): readonly Claim[] {
  if (sure === undefined) return [];
  return [{ sure, isRight: nearest === expected, isStranger: expected === undefined }];
}

/** Pictures that enrolment takes. */
export function teachable(
  samples: readonly Sample[],
): readonly { readonly sample: Sample; readonly embedding: Embedding }[] {
  return samples.flatMap((sample) =>
    sample.reference.outcome === 'studied' ? [{ sample, embedding: sample.reference.embedding }] : [],
  );
}

export function outcomesOf(named: readonly Named[], right: readonly boolean[]): Outcomes {
  const count = (outcome: Named['outcome'], isRight?: boolean): number =>
    named.filter((one, at) => one.outcome === outcome && (isRight === undefined || right[at] === isRight)).length;
  return {
    looks: named.length,
    known: count('known', true),
    probably: count('probably', true),
    wrongKnown: count('known', false),
    wrongProbably: count('probably', false),
    refused: count('refused'),
    noFace: count('no-face'),
  };
}

/** The same in another order, by chance. */
export function shuffled<Item>(items: readonly Item[], random: SeededRandom): readonly Item[] {
  return items
    .map((item) => ({ item, key: random.fraction() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
