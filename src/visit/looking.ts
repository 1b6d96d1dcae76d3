import { isOnFace } from '../face/quality.ts';
import type { Box } from '../system/pixels.ts';
import { decide, type DecisionRules } from './decide.ts';
import { detect, waitForNets, type Missed } from './detect.ts';
import { embed, match, type MatchedFace, type Sighting } from './embed.ts';
import type { SavedFrames } from './saved-frames.ts';
import { SecondLooks } from './second-looks.ts';
import type { FrameSource, VisitFrame } from './visit-frames.ts';
import type { VisitParts } from './visit-parts.ts';
import { lookMsMax } from './visit-state.ts';
import type { VisitUnderWay } from './visit-under-way.ts';

/** Frames that a face in the dark is averaged with. */
const averagedMax = 3;

/** The frames of a visit, those of them that are saved, and when everybody has been told that somebody is there. */
export interface VisitSeen {
  readonly frames: FrameSource;
  readonly saved: SavedFrames;
  readonly rung: Promise<void>;
}

/**
 * Looks at the frames of a visit until the visitor is certain, or until there is nothing more to see. Every frame has its
 * first look as soon as it is there; second looks, part by part, fill the time in which none waits.
 */
export class Looking {
  readonly #parts: VisitParts;
  readonly #visit: VisitUnderWay;
  readonly #seen: VisitSeen;
  readonly #again: SecondLooks;
  #sightings: readonly Sighting[] = [];

  constructor(parts: VisitParts, visit: VisitUnderWay, seen: VisitSeen) {
    this.#parts = parts;
    this.#visit = visit;
    this.#seen = seen;
    this.#again = new SecondLooks((frame) => this.#letGo(frame));
  }

  async run(): Promise<readonly Sighting[]> {
    const { clock } = this.#parts;
    const { frames } = this.#seen;
    if (await waitForNets(this.#parts)) this.#visit.advance({ kind: 'nets-loaded', atMs: clock.uptimeMs() });
    while (this.#visit.state.phase === 'looking') {
      const waiting = frames.takeWaiting();
      const second = waiting === undefined ? this.#again.next() : undefined;
      const frame = second === undefined ? (waiting ?? (await frames.takeNewest())) : undefined;
      if (second !== undefined) await this.#lookAgain(second.frame, second.part);
      else if (frame !== undefined) await this.#look(frame);
      else this.#visit.advance({ kind: 'out-of-frames' });
    }
    return this.#sightings;
  }

  async #look(frame: VisitFrame): Promise<void> {
    const { saved } = this.#seen;
    this.#visit.note('firstFrame');
    const seeing = this.#sight(frame, 'quick');
    saved.offerFirst(frame); // After the first look has begun, so that it is not in its way.
    const sighting = await seeing;
    if (sighting === undefined) return;
    this.#sightings = [...this.#sightings, sighting];
    if (worthOf(sighting) <= faceWorth.none) this.#again.offer(frame);
    else this.#keep(frame, sighting);
    const { isFirm } = decide(this.#sightings, rulesOf(this.#parts));
    this.#visit.advance({ kind: 'looked', isFirm, atMs: this.#parts.clock.uptimeMs() });
  }

  async #lookAgain(frame: VisitFrame, part: Box): Promise<void> {
    const sighting = await this.#sight(frame, part);
    if (sighting === undefined) return;
    const isBetter = ({ sequence, faces }: Sighting): boolean =>
      sequence === frame.sequence && (faces.length === 0 || worthOf(sighting) > worthOf({ sequence, faces }));
    if (sighting.faces.length > 0 && this.#sightings.some(isBetter)) {
      this.#sightings = this.#sightings.map((one) => (isBetter(one) ? sighting : one));
      this.#keep(frame, sighting);
    }
    const { isFirm } = decide(this.#sightings, rulesOf(this.#parts));
    this.#visit.advance({ kind: 'looked-again', isFirm, atMs: this.#parts.clock.uptimeMs() });
  }

  /** One look at a frame or a part of it: detect, embed, match. Undefined when recognition is not running, or too slow. */
  async #sight(frame: VisitFrame, look: 'quick' | Box): Promise<Sighting | undefined> {
    const [parts, visit] = [this.#parts, this.#visit];
    const patienceMs = (): number => lookMsMax(visit.state, parts.clock.uptimeMs());
    const looking = { ...parts, tell: visit.tell, patienceMs, limits: parts.settings.recognition };
    const found = await detect(looking, frame, look);
    if (found.outcome !== 'seen') return missed(visit, found);
    if (found.value.length > 0 && visit.trace.detected === undefined)
      visit.tell('FACES_DETECTED', { faces: found.value.length, durationMs: visit.note('detected') });
    const others = this.#seen.frames.around(frame, averagedMax);
    const embedded = await embed(looking, { picture: frame, faces: found.value, others });
    if (embedded.outcome !== 'seen') return missed(visit, embedded);
    return match(parts.gallery, frame.sequence, embedded.value);
  }

  #keep(frame: VisitFrame, sighting: Sighting): void {
    const usable = usableOf(sighting);
    if (usable !== undefined) this.#again.found(usable.face.box, frame);
    this.#seen.saved.offerFace(frame, usable !== undefined);
    if (!this.#again.has(frame)) this.#letGo(frame);
  }

  #letGo(frame: VisitFrame): void {
    if (!this.#seen.saved.has(frame.sequence)) this.#seen.frames.letGo(frame);
  }
}

/** What the decision is measured by. */
export function rulesOf({ settings, inference }: VisitParts): DecisionRules {
  const { recognition, household } = settings;
  return { recognition, recogniser: inference.recogniser, timeZone: household?.timeZone ?? '' };
}

function usableOf({ faces }: Sighting): MatchedFace | undefined {
  return faces.find(({ embedding }) => embedding !== undefined);
}

/** What a sighting is good for. What the detector takes for a face and the landmarks do not is nobody. */
const faceWorth = { none: 0, seen: 1, usable: 2 } as const;

function worthOf(sighting: Sighting): number {
  if (usableOf(sighting) !== undefined) return faceWorth.usable;
  return sighting.faces.some(({ face }) => isOnFace(face)) ? faceWorth.seen : faceWorth.none;
}

function missed(visit: VisitUnderWay, { outcome, reason }: Missed): undefined {
  visit.advance(outcome === 'late' ? { kind: 'unanswered' } : { kind: 'blinded', reason });
}
