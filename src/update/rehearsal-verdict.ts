import type { RehearsedDecision } from './duty.ts';
import { compareNames } from './judge/visit-names.ts';
import type { RehearsalFailure } from './trial-failure.ts';
import type { Rehearsed } from './trial-protocol.ts';

/** Of so many known visitors one may be missed by chance: a frame may come too late on a busy machine. */
const chanceKnownMin = 3;

/** What a rehearsal is compared with. */
export interface RehearsalMeasure {
  /** What the incumbent decided about the same visits. */
  readonly decisions: readonly RehearsedDecision[];
  /** Golden faces that the release carries. */
  readonly goldenFaces: number;
  /** Share of the known visitors that may go unrecognised, 0 to 1. */
  readonly recognitionDropMax: number;
}

/** Undefined when the candidate decides at least as well as the incumbent. A wrong name is worse than no name. */
export function judgeRehearsal(report: Rehearsed, measure: RehearsalMeasure): RehearsalFailure | undefined {
  const [failure] = report.failures;
  if (failure !== undefined) return { reason: 'rehearsal-failed', message: failure };
  const { expected, recognised } = report.goldenFaces;
  if (expected < measure.goldenFaces || recognised < expected)
    return { reason: 'golden-faces', message: `it recognised ${recognised} of ${measure.goldenFaces} golden faces` };
  const byVisit = new Map(report.decisions.map((decision) => [decision.visitId, decision]));
  const missing = measure.decisions.filter(({ visitId }) => !byVisit.has(visitId)).length;
  if (missing > 0) return { reason: 'visits-missing', message: `it did not decide ${missing} visits` };
  return judgeNames(byVisit, measure);
}

/** What it gets right that the incumbent gets wrong speaks for it; what the household has denied cannot be outweighed. */
function judgeNames(
  byVisit: ReadonlyMap<string, Rehearsed['decisions'][number]>,
  { decisions, recognitionDropMax }: RehearsalMeasure,
): RehearsalFailure | undefined {
  const visits = decisions.map(({ stored, farness, visitId, ...own }) => ({
    own,
    stored,
    farness,
    candidate: byVisit.get(visitId),
  }));
  const { denied, other, farFetched, lost, righted, known } = compareNames(visits);
  if (denied > 0)
    return { reason: 'false-name', message: `it gave a name that the household has denied in ${denied} visits` };
  if (other + farFetched > righted)
    return { reason: 'false-name', message: `it gave another name in ${other + farFetched} visits` };
  if (lost - righted <= Math.max(known * recognitionDropMax, known < chanceKnownMin ? 0 : 1)) return undefined;
  return { reason: 'recognition-drop', message: `it did not know ${lost} of ${known} known visitors` };
}
