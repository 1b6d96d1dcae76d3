import { distanceFor } from '../../../src/face/chance.ts';
import { apartness, prepareFace } from '../../../src/face/scoring.ts';
import type { Scoring } from '../../../src/system/inference.ts';
import type { Eye } from './eye.ts';
import type { Sample } from './survey.ts';
import { percent, table } from './tables.ts';

/** Distances of two pictures of one person, and of two people's; of two people of one group. */
interface Pairs {
  readonly same: readonly number[];
  readonly different: readonly number[];
  readonly within: ReadonlyMap<string, readonly number[]>;
}

const pairsMax = 6_000_000;
const atSteps = [0.4, 0.45, 0.5, 0.53, 0.56, 0.6] as const;

/** Who is taken for whom, two pictures at a time: by threshold, and by group. */
export function pairsTable(samples: readonly Sample[], { recognition, scoring }: Eye): string {
  const { strangersPerName, strangersPerKnown } = recognition;
  const [known, probably] = [distanceFor(1 / strangersPerKnown, 1), distanceFor(1 / strangersPerName, 1)];
  const { same, different, within } = pairsOf(samples, scoring);
  const steps = [...new Set([...atSteps, known, probably])].toSorted((a, b) => a - b);
  const groups = [...within].filter(([, distances]) => distances.length > 0);
  const below = (distances: readonly number[], at: number): number => distances.filter((one) => one <= at).length;
  return table([
    ['pairs at', `same missed % of ${same.length}`, `different taken % of ${different.length}`, ...groups.map(([name, all]) => `${name} % of ${all.length}`)], // prettier-ignore
    ...steps.map((at) => [
      at.toFixed(3),
      percent(same.length - below(same, at), same.length),
      ((100 * below(different, at)) / different.length).toFixed(3),
      ...groups.map(([, all]) => ((100 * below(all, at)) / all.length).toFixed(3)),
    ]),
  ]);
}

function pairsOf(samples: readonly Sample[], scoring: Scoring): Pairs {
  const seen = samples.flatMap(({ person, seen: face }) =>
    face === undefined ? [] : [{ person, face: prepareFace(scoring, face.embedding) }],
  );
  const [same, different]: [number[], number[]] = [[], []];
  const within = new Map<string, number[]>();
  const stride = Math.max(1, Math.ceil((seen.length * seen.length) / 2 / pairsMax));
  for (const [at, one] of seen.entries())
    for (const [further, other] of seen.slice(at + 1).entries()) {
      const isSame = one.person === other.person;
      if (!isSame && (at + further) % stride !== 0) continue;
      const apart = apartness(one.face, other.face);
      (isSame ? same : different).push(apart);
      const { group } = one.person;
      if (isSame || group === undefined || group !== other.person.group) continue;
      within.set(group, [...(within.get(group) ?? []), apart]);
    }
  return { same, different, within };
}
