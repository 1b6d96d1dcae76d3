import type { Candidate } from '../store/records.ts';
import { shortName } from '../store/short-name.ts';
import type { Sighting } from './embed.ts';

/** What the frames of a visit say together. */
export interface Evidence {
  /** What a name needs: follows from the household and from how many strangers may be named. */
  readonly allowed: Allowed;
  /** How sure it is that the nearest is the one, 0 to 1. */
  readonly sure: number;
  /** Nearest first, by the median over the frames. */
  readonly candidates: readonly Candidate[];
  /** The person that most frames name. */
  readonly nearest: Candidate | undefined;
  readonly runnerUp: Candidate | undefined;
  /** How much nearer than the runner-up; infinite without one. */
  readonly gap: number;
  /** Usable frames that name the nearest person, near enough. */
  readonly agreeing: number;
  readonly usable: number;
  /** The most other faces in a frame. */
  readonly others: number;
  readonly sightings: readonly Sighting[];
  /** Who would have been nearest, had nobody said "not them"; undefined when that changed nothing. */
  readonly denied: Candidate | undefined;
  /** In which times are told; empty: the machine's. */
  readonly timeZone: string;
  /** A picture and no visit: frames are not spoken of. */
  readonly isPicture: boolean;
}

export interface Allowed {
  readonly known: number;
  readonly probably: number;
  readonly margin: number;
}

/** "Ada: distance 0.41 (0.50 allowed), 0.22 nearer than Grace, 4 of 5 frames agree". */
export function knownReason(evidence: Evidence): string {
  const { nearest, runnerUp, gap, agreeing, usable, allowed: { known, probably } } = evidence; // prettier-ignore
  if (nearest === undefined) return 'nobody is near';
  const allowed = nearest.distance <= known ? known : probably;
  const rival = runnerUp === undefined ? 'nobody else is near' : `${two(gap)} nearer than ${shortName(runnerUp.name)}`;
  const near = `${shortName(nearest.name)}: distance ${two(nearest.distance)} (${two(allowed)} allowed), ${rival}`;
  const agreed = evidence.isPicture ? '' : `, ${agreeing} of ${usable} frames agree`;
  return `${near}${agreed}${crowd(evidence)}`;
}

export function strangerReason(evidence: Evidence): string {
  const { nearest, runnerUp, gap, agreeing, usable, allowed: { probably, margin } } = evidence; // prettier-ignore
  const frames = `${usable} ${usable === 1 ? 'frame' : 'frames'}`;
  const inFrames = evidence.isPicture ? '' : `, ${frames}`;
  if (evidence.denied !== undefined) return `${denial(evidence.denied, evidence)}${inFrames}${crowd(evidence)}`;
  if (nearest === undefined) return `nobody enrolled looks like this${inFrames}${crowd(evidence)}`;
  const who = `${shortName(nearest.name)} (${two(nearest.distance)})`;
  if (nearest.distance > probably)
    return `nobody known: the nearest is ${who}, ${two(probably)} allowed${inFrames}${crowd(evidence)}`;
  if (runnerUp !== undefined && gap < margin)
    return `${who} or ${shortName(runnerUp.name)} (${two(runnerUp.distance)}): too near each other to say, ${two(margin)} apart needed${crowd(evidence)}`;
  return `perhaps ${who}, but only ${agreeing} of ${frames} agree: too few for a name${crowd(evidence)}`;
}

export function noFaceReason(frames: number, complaint: string | undefined, oldFrames = 0): string {
  if (complaint !== undefined) return complaint;
  if (frames === 0 && oldFrames > 0)
    return `the camera sent only old pictures (${oldFrames}): nobody is named from them`;
  return frames === 0 ? 'there was no picture to look at' : `no face in ${frames} ${frames === 1 ? 'frame' : 'frames'}`;
}

/** "0.40 from Grace, but you said “not Grace” at 13:58 on 28 November; otherwise the nearest is Nadia (0.76)". */
function denial({ name, distance, deniedMs = 0 }: Candidate, { nearest, timeZone }: Evidence): string {
  const who = shortName(name);
  const zone = timeZone === '' ? {} : { timeZone };
  const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', ...zone }).format(deniedMs);
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', ...zone }).format(deniedMs);
  const next =
    nearest === undefined ? '' : `; otherwise the nearest is ${shortName(nearest.name)} (${two(nearest.distance)})`;
  return `${two(distance)} from ${who}, but you said “not ${who}” at ${time} on ${day}${next}`;
}

function crowd({ others }: Evidence): string {
  if (others === 0) return '';
  return others === 1 ? '; one more face in view' : `; ${others} more faces in view`;
}

function two(value: number): string {
  return value.toFixed(2);
}
