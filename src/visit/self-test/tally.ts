import { namedOutcomes } from '../../system/outcome.ts';
import type { SelfTestReport } from './report.ts';
import { judge, judgeDoor, type Judged, type PictureCase, type VisitCase } from './truth.ts';
import type { Named, Nearness, Tried } from './try-face.ts';

const peopleShownMax = 200;

type PersonCounts = SelfTestReport['people'][number];

/** Each person's pictures, tried against all others; those with something to mend first. */
export function tallyPeople(pictures: readonly PictureCase[]): readonly PersonCounts[] {
  const people = new Map<string, PersonCounts>();
  for (const { person, tried } of pictures) {
    const counts = people.get(person.personId) ?? { ...person, ...noCounts, pictures: 0 };
    people.set(person.personId, { ...counts, ...plus(counts, tried, person), pictures: counts.pictures + 1 });
  }
  const gravity = ({ wrong, missed, tried }: PersonCounts): number => 1000 * wrong + missed + (tried === 0 ? 0.5 : 0);
  return [...people.values()].toSorted((one, other) => gravity(other) - gravity(one));
}

const noCounts = { tried: 0, known: 0, probably: 0, missed: 0, wrong: 0 } as const;
type Counts = Pick<PersonCounts, keyof typeof noCounts>;

function plus(counts: Counts, tried: Tried | undefined, person: Named): Counts {
  if (tried === undefined) return counts;
  const isRight = tried.person?.personId === person.personId;
  const kind = isRight ? (tried.outcome === 'known' ? 'known' : 'probably') : wrongOrMissed(tried.person);
  return { ...counts, tried: counts.tried + 1, [kind]: counts[kind] + 1 };
}

function wrongOrMissed(person: Named | undefined): 'wrong' | 'missed' {
  return person === undefined ? 'missed' : 'wrong';
}

export function tallyPictures(
  cases: readonly PictureCase[],
  people: readonly PersonCounts[],
): SelfTestReport['pictures'] {
  const sum = (of: (counts: PersonCounts) => number): number => people.reduce((all, counts) => all + of(counts), 0);
  return {
    enrolled: cases.length,
    tried: sum(({ tried }) => tried),
    known: sum(({ known }) => known),
    probably: sum(({ probably }) => probably),
    missed: sum(({ missed }) => missed),
    wrong: sum(({ wrong }) => wrong),
    waiting: cases.filter(({ isWaiting }) => isWaiting).length,
  };
}

export function shownPeople(people: readonly PersonCounts[]): PersonCounts[] {
  return people.slice(0, peopleShownMax);
}

/** Which two people of the household come nearest to each other, beside what a name needs. */
export function nearestPair(pictures: readonly PictureCase[]): SelfTestReport['alike'] {
  const pairs = pictures.flatMap(({ person: one, tried }) => {
    const other = tried?.near.find(({ personId }) => personId !== one.personId);
    return other === undefined ? [] : [{ one, other }];
  });
  const nearest = pairs.toSorted((a, b) => roomOf(a.other) - roomOf(b.other))[0];
  if (nearest === undefined) return null;
  const { personId, name, distance, allowed } = nearest.other;
  return { one: nearest.one, other: { personId, name }, distance, allowed };
}

/** How much nearer somebody would have to come to be named; below 0 when near enough. */
function roomOf({ distance, allowed }: Nearness): number {
  return distance - allowed;
}

/** Whoever is nobody of the household, as far as anybody has said: how near the nearest of them comes to a name. */
export function tallyStrangers(visits: readonly VisitCase[]): SelfTestReport['strangers'] {
  const strangers = visits.flatMap(({ visitId, truth, door, tried }) => {
    const isStranger = truth.kind === 'nobody' || (truth.kind === 'open' && door?.outcome === 'stranger');
    return isStranger && tried !== undefined ? [{ visitId, tried }] : [];
  });
  const near = strangers.flatMap(({ visitId, tried }) =>
    tried.near.slice(0, 1).map((person) => ({ visitId, ...person })),
  );
  return {
    tried: strangers.length,
    named: strangers.filter(({ tried }) => tried.person !== undefined).length,
    nearest: near.toSorted((one, other) => roomOf(one) - roomOf(other))[0] ?? null,
  };
}

export function tallyVisits(visits: readonly VisitCase[]): SelfTestReport['visits'] {
  const changes = visits.map(changeOf);
  const times = (change: Change): number => changes.filter((one) => one === change).length;
  return {
    looked: visits.length,
    faceless: times('faceless'),
    same: times('same'),
    namedNow: times('namedNow'),
    lost: times('lost'),
    otherName: times('otherName'),
  };
}

type Change = 'faceless' | 'same' | 'namedNow' | 'lost' | 'otherName';

/** Name or none: that a name was sure then and is “probably” now is no change. A visit without a figure had no name. */
function changeOf({ door, tried }: VisitCase): Change {
  if (tried === undefined) return 'faceless';
  const wasNamed = namedOutcomes.some((outcome) => outcome === door?.outcome);
  const before = wasNamed ? door?.personId : undefined;
  const now = tried.person?.personId;
  if (before === now) return 'same';
  if (before === undefined) return 'namedNow';
  return now === undefined ? 'lost' : 'otherName';
}

/** Visits that the household has spoken of. */
export function tallySaid(visits: readonly VisitCase[]): SelfTestReport['said'] {
  return {
    door: judgedCounts(visits.map(judgeDoor)),
    now: judgedCounts(visits.map(judgeNow)),
  };
}

/** Whether a visit gets the right name today; undefined where nothing can be said. */
export function judgeNow({ truth, isTaught, tried }: VisitCase): Judged | undefined {
  return tried === undefined || isTaught ? undefined : judge(truth, tried.person?.personId);
}

function judgedCounts(judged: readonly (Judged | undefined)[]): SelfTestReport['said']['door'] {
  const times = (kind: Judged): number => judged.filter((one) => one === kind).length;
  return { right: times('right'), missed: times('missed'), wrong: times('wrong') };
}
