/** What a judge has built its finding on: shown to people during the trial, and kept in the trial's history. */
export interface Evidence {
  /** How often it asked or looked: questions put, presses passed on, heartbeats that were due, rows that had to be there. */
  readonly asked: number;
  /** How many of these were answered, in whatever way. */
  readonly answered: number;
  /** How many answers were held against the incumbent's own. 0 where there was nothing to hold them against. */
  readonly compared: number;
  /** What it saw, with figures and units: "99 % took up to 12 ms, the incumbent 10 ms". Cut at `lettersMax`. */
  readonly saw?: string;
}

/** Words that are longer are cut when they are shown and kept. */
const lettersMax = 300;

/**
 * `broken` ends the trial. `missing` keeps it from being committed, and ends it in the long run; so does `strained`, with
 * much more patience and without blame, because there the machine as a whole is in the way. `well` and undefined say that
 * there is nothing against the candidate. Every judge that has looked at something gives its evidence, well or not.
 */
export type Finding =
  | ({ readonly broken: string; readonly isItsFault?: false } & Shown)
  | ({ readonly missing: string } & Shown)
  | ({ readonly strained: string } & Shown)
  | ({ readonly well: true } & Shown)
  | undefined;

interface Shown {
  readonly evidence?: Evidence;
}

/** The finding with what it is built on. */
export function shown(evidence: Evidence, finding: Finding): Finding {
  return { ...(finding ?? { well: true }), evidence };
}

/** The word of one judge on a trial. */
export interface Judgement<Judge extends string = string> {
  readonly judge: Judge;
  readonly verdict: 'well' | 'broken' | 'missing' | 'strained';
  /** Why it is not well. */
  readonly words?: string;
  readonly evidence?: Evidence;
}

/** A finding as it is told. */
export function judgementOf<Judge extends string>(judge: Judge, finding: Finding): Judgement<Judge> {
  if (finding === undefined) return { judge, verdict: 'well' };
  const evidence = finding.evidence === undefined ? {} : { evidence: cut(finding.evidence) };
  if ('well' in finding) return { judge, verdict: 'well', ...evidence };
  if ('broken' in finding) return { judge, verdict: 'broken', words: short(finding.broken), ...evidence };
  if ('missing' in finding) return { judge, verdict: 'missing', words: short(finding.missing), ...evidence };
  return { judge, verdict: 'strained', words: short(finding.strained), ...evidence };
}

function cut({ saw, ...counts }: Evidence): Evidence {
  return saw === undefined ? counts : { ...counts, saw: short(saw) };
}

function short(words: string): string {
  return words.slice(0, lettersMax);
}
