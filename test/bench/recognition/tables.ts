import type { OpenSet, Outcomes } from './open-set.ts';
import type { StressLook } from './stress.ts';
import { stressKinds } from './stress-kinds.ts';
import type { Survey } from './survey.ts';
import type { PaidVisit } from './visits.ts';

/** "96.8" of 100; empty of nothing. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : ((100 * part) / whole).toFixed(1);
}

/** 0 to 1, four places; null of nothing. */
export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((10_000 * part) / whole) / 10_000;
}

/** Lines with columns of one width. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const texts = rows.map((row) => row.map(String));
  const widths = (texts[0] ?? []).map((_none, column) => Math.max(...texts.map((row) => (row[column] ?? '').length)));
  return texts
    .map((row) =>
      row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
    ) // prettier-ignore
    .join('\n');
}

/** What the gate says of pictures of people who stand well. */
export function gateTable(found: Survey): string {
  const seen = [...found.samples, ...found.strangers].flatMap((sample) => sample.seen ?? []);
  const complaints = Map.groupBy(
    seen.flatMap(({ complaint }) => complaint ?? []),
    (complaint) => complaint.replaceAll(/[\d.]+/g, 'N'),
  );
  const references = [...found.samples, ...found.strangers].map(({ reference }) => reference);
  const reasons = Map.groupBy(
    references.flatMap((one) => (one.outcome === 'refused' ? [one.reason] : [])),
    (reason) => reason,
  );
  return table([
    ['at the door', 'pictures', '%'],
    ['found', seen.length, percent(seen.length, references.length)],
    ...[...complaints].map(([complaint, all]) => [complaint, all.length, percent(all.length, seen.length)]),
    ['at enrolment', '', ''],
    ...[...reasons].map(([reason, all]) => [reason, all.length, percent(all.length, references.length)]),
  ]);
}

export function openSetTable(measured: readonly OpenSet[]): string {
  const cells = ({ looks, known, probably }: Outcomes): string[] => [percent(known, looks), percent(probably, looks)];
  return table([
    ['household x references', 'known %', 'probably', 'wrong name', 'refused', 'stranger known', 'probably', 'looks'],
    ...measured.map(({ size, references, visitors, strangers }) => [
      `${size}x${references}`,
      ...cells(visitors),
      percent(visitors.wrongKnown + visitors.wrongProbably, visitors.looks),
      percent(visitors.refused, visitors.looks),
      ((100 * strangers.wrongKnown) / strangers.looks).toFixed(2),
      ((100 * strangers.wrongProbably) / strangers.looks).toFixed(2),
      `${visitors.looks}+${strangers.looks}`,
    ]),
  ]);
}

export function stressTable(looks: readonly StressLook[]): string {
  const rows = stressKinds.map(({ name }) => {
    const some = looks.filter(({ kind }) => kind === name);
    const of = (holds: (look: StressLook) => boolean): string => percent(some.filter(holds).length, some.length);
    return [
      name,
      some.length,
      of(({ seen }) => seen !== undefined),
      of((look) => look.named.outcome === 'known' && look.named.name === look.personId),
      of(isNamed),
      of((look) => look.ungated.name === look.personId),
      of(({ named }) => named.outcome === 'refused'),
      of(({ named, personId }) => named.name !== undefined && named.name !== personId),
      of(({ stranger }) => stranger.name !== undefined),
    ];
  });
  return table([
    ['stress', 'faces', 'found %', 'known', 'named', 'without the gate', 'refused', 'wrong name', 'stranger named'],
    ...rows,
  ]);
}

const sureEdges = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 1.0001] as const;

/** Whether "70 % sure" is right seven times in ten, where as many strangers come as members of the household. */
export function reliabilityTable({ claims, size, references }: OpenSet): string {
  const strangers = claims.filter(({ isStranger }) => isStranger).length;
  const weightOf = ({ isStranger }: OpenSet['claims'][number]): number =>
    isStranger ? 1 / strangers : 1 / (claims.length - strangers);
  const rows = sureEdges.slice(1).flatMap((to, at) => {
    const some = claims.filter(({ sure }) => sure >= (sureEdges[at] ?? 0) && sure < to);
    if (some.length === 0) return [];
    const weight = some.reduce((sum, claim) => sum + weightOf(claim), 0);
    const said = some.reduce((sum, claim) => sum + weightOf(claim) * claim.sure, 0);
    const right = some.reduce((sum, claim) => sum + (claim.isRight ? weightOf(claim) : 0), 0);
    const range = `${100 * (sureEdges[at] ?? 0)} to ${Math.min(100, 100 * to)} %`;
    return [[range, some.length, percent(said, weight), percent(right, weight)]];
  });
  return table([[`sure, in ${size}x${references}`, 'looks', 'said %', 'right %'], ...rows]);
}

/** What a running appliance said of visits: of household members by kind, and of strangers. */
export function visitsTable(visits: readonly PaidVisit[]): string {
  const kinds = Map.groupBy(visits, ({ kind, expected }) => (expected === undefined ? 'strangers' : kind)); // A picture is never of one.
  return table([
    ['real visits', 'paid', 'known', 'probably', 'stranger', 'no face', 'wrong name', 'unanswered', 'may be a picture'],
    ...[...kinds].map(([kind, some]) => {
      const of = (outcome: string): number =>
        some.filter((one) => one.outcome === outcome && (one.personName ?? one.expected) === one.expected).length;
      const wrong = some.filter(({ expected, personName }) => personName !== undefined && personName !== expected);
      return [
        kind,
        some.length,
        of('known'),
        of('probably'),
        of('stranger'),
        of('no-face'),
        wrong.length,
        of('unanswered'),
        some.filter(({ isWarned }) => isWarned).length,
      ];
    }),
  ]);
}

/** Named as who it is, for sure or probably. */
export function isNamed({ named, personId }: StressLook): boolean {
  return named.name === personId;
}
