import { distanceFor, sureness } from '../face/chance.ts';
import { agreement, median } from '../face/consensus.ts';
import type { FaceCandidate } from '../people/face-match.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { Candidate, Decision } from '../store/records.ts';
import type { VisitOutcome } from '../system/outcome.ts';
import type { PersonSeen } from '../notify/announce.ts';
import { worthOf } from './face-quality.ts';
import type { MatchedFace, Sighting } from './embed.ts';
import { knownReason, noFaceReason, strangerReason, type Allowed, type Evidence } from './reason.ts';

/** A name needs this many frames that agree: one frame alone has shown every mistake there is. */
const agreeingFramesMin = 2;
/** A name needs this share of the usable frames. */
const agreementMin = 0.6;
/** More frames cannot change a name that this many frames, and this share, agree on. */
const firmFramesMin = 3;
const firmAgreementMin = 0.75;
/** A stranger may yet turn round and be somebody: that takes longer to be sure of. */
const firmStrangerFramesMin = 5;
/** A person this much nearer than the next is sixteen times as likely. "Probably" takes half of it. */
const marginMin = 0.06;

/** Who it was, and everything that rests on. */
export interface Verdict {
  readonly outcome: VisitOutcome;
  readonly person: FaceCandidate | undefined;
  readonly reason: string;
  /** That the face may be a picture of one, in words; see `doubt.ts`. */
  readonly doubt?: string;
  /** How sure the nearest person is the one, 0 to 1. */
  readonly confidence: number;
  readonly decision: Decision;
  /** The best usable face of the visitor, and its frame; undefined without one. */
  readonly best: { readonly sequence: number; readonly face: MatchedFace } | undefined;
  /** The frame to show when there is no usable face: the one with the most prominent face. */
  readonly shown: number | undefined;
  /** Nobody known is anywhere near: the face may be compared with other strangers. */
  readonly isClearStranger: boolean;
  /** Watched people among all faces, the visitor's or not. */
  readonly watched: readonly PersonSeen[];
  /** More frames would not change it. */
  readonly isFirm: boolean;
}

export interface DecisionRules {
  readonly recognition: Settings['recognition'];
  readonly recogniser: string;
  /** A picture and no visit: no frame before or after it can agree, so that it is taken at its word. */
  readonly isPicture?: boolean;
  /** Pictures that came and were old: nobody is named from them, and whoever asks why is told. */
  readonly oldFrames?: number;
  /** In which times are told; empty, or not given: the machine's. */
  readonly timeZone?: string;
}

/** One frame's most prominent face. */
interface View {
  readonly sequence: number;
  readonly face: MatchedFace;
}

/** Decides on everything a visit has seen. A wrong name is worse than no name (promise 3). */
export function decide(sightings: readonly Sighting[], rules: DecisionRules): Verdict {
  const views = sightings.flatMap(({ sequence, faces: [face] }) => (face === undefined ? [] : [{ sequence, face }]));
  const usable = views.filter(({ face }) => face.embedding !== undefined);
  const evidence = weigh(usable, rules, sightings);
  const watched = watchedAmong(sightings, rules);
  const shown = views.toSorted((a, b) => b.face.prominence - a.face.prominence)[0];
  const base = { watched, shown: shown?.sequence, confidence: evidence.sure };
  if (usable.length === 0) {
    const reason = noFaceReason(sightings.length, shown?.face.complaint, rules.oldFrames);
    return { ...base, ...ending('no-face', reason), decision: decisionOf(evidence, rules, shown) };
  }
  const isNamed = outcomeOf(evidence, rules);
  const best = bestOf(usable, isNamed === 'stranger' ? undefined : evidence.nearest?.personId);
  const decision = decisionOf(evidence, rules, best);
  if (isNamed === 'stranger') {
    const isClearStranger = evidence.nearest === undefined || evidence.nearest.distance > evidence.allowed.probably;
    const isFirm = isClearStranger && usable.length >= firmStrangerFramesMin;
    return {
      ...base,
      ...ending('stranger', strangerReason(evidence)),
      decision,
      best,
      isClearStranger,
      isFirm,
    };
  }
  const isFirm =
    isNamed === 'known' && evidence.agreeing >= firmFramesMin && evidence.agreeing / usable.length >= firmAgreementMin;
  const person = best?.face.candidates.find(({ personId }) => personId === evidence.nearest?.personId);
  return { ...base, ...ending(isNamed, knownReason(evidence)), decision, best, person, isFirm };
}

function ending(
  outcome: VisitOutcome,
  reason: string,
): Pick<Verdict, 'outcome' | 'reason' | 'person' | 'best' | 'isClearStranger' | 'isFirm'> {
  return { outcome, reason, person: undefined, best: undefined, isClearStranger: false, isFirm: false };
}

/** What a name hangs on. */
type Weighed = Pick<Evidence, 'nearest' | 'gap' | 'agreeing' | 'usable' | 'allowed'>;

export function outcomeOf(
  evidence: Weighed,
  { isPicture }: Pick<DecisionRules, 'isPicture'>,
): 'known' | 'probably' | 'stranger' {
  const { nearest, gap, agreeing, usable, allowed: { known, probably, margin } } = evidence; // prettier-ignore
  if (nearest === undefined) return 'stranger';
  const share = agreeing / usable;
  const framesMin = isPicture === true ? 1 : agreeingFramesMin;
  const isAgreed = agreeing >= framesMin && share >= agreementMin;
  if (nearest.distance <= known && gap >= margin && isAgreed) return 'known';
  // A single frame is believed less: it must be as near as a certain one.
  const allowed = usable < framesMin ? known : probably;
  return nearest.distance <= allowed && gap >= margin / 2 && share > 0.5 ? 'probably' : 'stranger';
}

/** Medians over the frames for every person, and how many frames agree on the one that most of them name. */
function weigh(usable: readonly View[], rules: DecisionRules, sightings: readonly Sighting[]): Evidence {
  const { recognition, isPicture = false } = rules;
  const distances = new Map<string, { readonly name: string; readonly of: number[] }>();
  const crowds = new Map<string, number>();
  for (const { face } of usable) {
    for (const { personId, name, distance, crowd = 1 } of face.candidates) {
      crowds.set(personId, crowd);
      const known = distances.get(personId) ?? { name, of: [] };
      known.of.push(distance);
      distances.set(personId, known);
    }
  }
  const nearestIds = usable.map(({ face }) => face.candidates[0]?.personId);
  const candidates: Candidate[] = [...distances].map(([personId, { name, of }]) => ({
    personId,
    name,
    distance: median(of) ?? Number.POSITIVE_INFINITY,
    frames: nearestIds.filter((id) => id === personId).length,
  }));
  candidates.sort((a, b) => a.distance - b.distance);
  const opinion = agreement(nearestIds)?.opinion;
  const nearest = candidates.find(({ personId }) => personId === opinion);
  const runnerUp = candidates.find(({ personId }) => personId !== opinion);
  const crowdOfOne = (personId: string): number => crowds.get(personId) ?? 1;
  const allowed = limitsFor(recognition, crowdOfOne(opinion ?? ''));
  const agreeing = usable.filter(({ face: { candidates: [first] } }) =>
    first !== undefined && first.personId === opinion && first.distance <= allowed.probably).length; // prettier-ignore
  const gap = (runnerUp?.distance ?? Number.POSITIVE_INFINITY) - (nearest?.distance ?? 0);
  const others = Math.max(0, ...sightings.map(({ faces }) => faces.length - 1));
  const near = deniedAmong(usable, allowed.probably);
  const denied =
    near !== undefined && near.distance < (nearest?.distance ?? Number.POSITIVE_INFINITY) ? near : undefined;
  const { timeZone = '' } = rules;
  const inOrder = nearest === undefined ? [] : [nearest, ...candidates.filter((one) => one !== nearest)];
  const claims = inOrder.map(({ personId, distance }) => ({ distance, crowd: crowdOfOne(personId) }));
  return {
    allowed,
    sure: sureness(claims, nearest === undefined ? 0 : nearest.frames / usable.length),
    candidates,
    nearest,
    runnerUp,
    gap,
    agreeing,
    usable: usable.length,
    others,
    sightings,
    denied,
    timeZone,
    isPicture,
  };
}

/** The person whom most of the frames would have named, had nobody said that it is not them; the nearest of several. */
function deniedAmong(usable: readonly View[], distanceMax: number): Candidate | undefined {
  const denied = usable.flatMap(({ face }) => face.denied ?? []);
  const people = [...new Map(denied.map((person) => [person.personId, person])).values()];
  const candidates = people.map(({ personId, name, saidMs }): Candidate => {
    const distances = denied.filter((one) => one.personId === personId).map(({ distance }) => distance);
    return { personId, name, distance: median(distances) ?? 0, frames: distances.length, deniedMs: saidMs };
  });
  return candidates
    .filter(({ frames, distance }) => frames > usable.length / 2 && distance <= distanceMax)
    .toSorted((one, other) => one.distance - other.distance)[0];
}

function decisionOf(evidence: Evidence, { recognition, recogniser }: DecisionRules, best: View | undefined): Decision {
  const { sightings, usable, agreeing, allowed, sure } = evidence;
  return {
    recogniser,
    candidates: [...(evidence.denied === undefined ? [] : [evidence.denied]), ...evidence.candidates].slice(0, 5),
    thresholds: { ...allowed, faceWidthPxMin: recognition.faceWidthPxMin },
    quality: best?.face.face.quality,
    framesSeen: sightings.length,
    framesWithFace: sightings.filter(({ faces }) => faces.length > 0).length,
    framesUsable: usable,
    agreement: usable === 0 ? 0 : agreeing / usable,
    sure,
  };
}

function bestOf(usable: readonly View[], personId: string | undefined): View | undefined {
  const agreeing = usable.filter(({ face }) => personId === undefined || face.candidates[0]?.personId === personId);
  return agreeing.toSorted((a, b) => worthOf(b.face.face.quality) - worthOf(a.face.face.quality))[0];
}

/** A watched person in any face, in as many frames as a name needs. */
function watchedAmong(sightings: readonly Sighting[], { recognition }: DecisionRules): readonly PersonSeen[] {
  const sure = sightings.flatMap(({ faces }) =>
    faces.flatMap(({ candidates: [first, second] }) => {
      const isSure =
        first?.standing === 'watched' &&
        first.distance <= limitsFor(recognition, first.crowd ?? 1).known &&
        (second?.distance ?? Number.POSITIVE_INFINITY) - first.distance >= marginMin;
      return isSure ? [first] : [];
    }),
  );
  const framesOf = (id: string): number => sure.filter(({ personId }) => personId === id).length;
  const enough = sure.filter(({ personId }) => framesOf(personId) >= agreeingFramesMin);
  return [...new Map(enough.map((person) => [person.personId, person])).values()];
}

/** Two decimals more than people are shown: what is stored is what was decided by. */
function limitsFor({ strangersPerName, strangersPerKnown }: DecisionRules['recognition'], crowd: number): Allowed {
  return {
    known: rounded(distanceFor(1 / strangersPerKnown, crowd)),
    probably: rounded(distanceFor(1 / strangersPerName, crowd)),
    margin: marginMin,
  };
}

function rounded(distance: number): number {
  return Math.round(distance * 10_000) / 10_000;
}
