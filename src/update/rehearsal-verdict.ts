import type { RehearsedDecision } from './duty.ts';
import type { RehearsalFailure } from './trial-failure.ts';
import type { Rehearsed } from './trial-protocol.ts';

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
  const wrong = measure.decisions.filter((own) => isFalseName(own, byVisit.get(own.visitId)));
  if (wrong.length > 0) return { reason: 'false-name', message: `it gave another name in ${wrong.length} visits` };
  const known = measure.decisions.filter(({ outcome }) => outcome === 'known');
  const lost = known.filter(({ visitId }) => byVisit.get(visitId)?.outcome !== 'known').length;
  if (lost <= known.length * measure.recognitionDropMax) return undefined;
  return { reason: 'recognition-drop', message: `it did not know ${lost} of ${known.length} known visitors` };
}

/** It is sure of a name where the incumbent was sure of another, or of a stranger. */
function isFalseName(own: RehearsedDecision, other: RehearsedDecision | undefined): boolean {
  if (other?.outcome !== 'known') return false;
  if (own.outcome === 'stranger') return true;
  return own.personId !== undefined && own.personId !== other.personId;
}
