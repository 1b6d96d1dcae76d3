import { distanceFor, strangersNear } from '../../face/chance.ts';
import type { FaceCandidate, FaceMatch } from '../../people/face-match.ts';
import type { Decision } from '../../store/records.ts';
import type { FaceQuality } from '../../system/inference.ts';
import type { VisitOutcome } from '../../system/outcome.ts';
import { decide, outcomeOf, type DecisionRules, type Verdict } from '../decide.ts';

/** As many strangers as a household may ever let be named: the least that `recognition.strangersPerName` can be. */
const strangersPerNameMin = 10;

export interface Named {
  readonly personId: string;
  readonly name: string;
}

/** How near somebody is, and how near somebody must be to be named. */
export interface Nearness extends Named {
  readonly distance: number;
  readonly allowed: number;
}

/** A face that is kept, matched with the household of today. */
export interface KeptFace {
  readonly match: FaceMatch;
  readonly quality: FaceQuality;
}

/** What the rules of a visit say of one face, alone. */
export interface Tried {
  readonly outcome: VisitOutcome;
  readonly person: Named | undefined;
  /** Nearest first. */
  readonly near: readonly Nearness[];
  /** Ids of people who are near, had nobody said that this face is not theirs. */
  readonly denied: readonly string[];
  /** Whom it names, as long as at most one stranger in so many may be named; nobody, however many may. */
  readonly nameable: { readonly personId: string; readonly strangersPerName: number } | undefined;
}

/** Decides on one face as on a picture: no frame before or after it can agree. */
export function tryFace(face: KeptFace, rules: DecisionRules): Tried {
  const { recognition } = rules;
  const { outcome, person } = decideAlone(face, rules);
  const loosest = { ...rules, recognition: { ...recognition, strangersPerName: strangersPerNameMin } };
  const nameable = decideAlone(face, loosest).person;
  return {
    outcome,
    person: person === undefined ? undefined : { personId: person.personId, name: person.name },
    near: face.match.candidates.map((candidate) => nearnessOf(candidate, recognition)),
    denied: (face.match.denied ?? []).map(({ personId }) => personId),
    nameable:
      nameable === undefined
        ? undefined
        : { personId: nameable.personId, strangersPerName: 1 / strangersNear(nameable.distance, nameable.crowd ?? 1) },
  };
}

function decideAlone({ match, quality }: KeptFace, rules: DecisionRules): Verdict {
  const box = { x: 0, y: 0, width: quality.widthPx, height: quality.widthPx };
  const nobody = new Float32Array(0); // The match is made: neither points nor numbers are asked for any more.
  const face = { face: { box, score: 1, landmarks: nobody, quality }, prominence: 1, complaint: undefined };
  return decide([{ sequence: 0, faces: [{ ...face, embedding: nobody, ...match }] }], { ...rules, isPicture: true });
}

function nearnessOf(
  { personId, name, distance, crowd = 1 }: FaceCandidate,
  { strangersPerName }: DecisionRules['recognition'],
): Nearness {
  return { personId, name, distance, allowed: distanceFor(1 / strangersPerName, crowd) };
}

/** What was said at the door, from the figures that are kept of it: a correction has replaced it in the row. */
export function saidAtTheDoor({ candidates, thresholds, agreement, framesUsable }: Decision): {
  readonly outcome: VisitOutcome;
  readonly personId: string | undefined;
} {
  if (framesUsable === 0) return { outcome: 'no-face', personId: undefined };
  const people = candidates.filter(({ deniedMs }) => deniedMs === undefined);
  const nearest = people.toSorted((one, other) => other.frames - one.frames)[0]; // Of two alike the nearer: they were sorted.
  const runnerUp = people.find((person) => person !== nearest);
  const gap = (runnerUp?.distance ?? Number.POSITIVE_INFINITY) - (nearest?.distance ?? 0);
  const agreeing = Math.round(agreement * framesUsable);
  const outcome = outcomeOf({ nearest, gap, agreeing, usable: framesUsable, allowed: thresholds }, {});
  return { outcome, personId: outcome === 'stranger' ? undefined : nearest?.personId };
}
