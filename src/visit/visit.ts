/**
 * visit/ - SOMEONE IS AT THE DOOR: trigger -> ring -> capture -> detect -> embed -> match -> decide -> record -> notify.
 * Called by the appliance and the web room through Bell, CameraFeed and Notifier; each step is one file of this room.
 * Never: import the update room, let the bell wait for the brain, or tell anyone what is not recorded.
 *
 * - Chosen: two frames must agree before a name is said for sure; rejected: one good frame; why: a wrong name is worse
 *   than no name.
 * - Chosen: a self-test takes what the bell had said from the figures of the decision; rejected: a column for it; why: what
 *   people have corrected under earlier releases counts too.
 */
import type { VisitOutcome } from '../system/outcome.ts';
import type { EventType } from '../system/event.ts';
import { decide, type Verdict } from './decide.ts';
import { doubtPicture } from './doubt.ts';
import { Looking, rulesOf, type VisitSeen } from './looking.ts';
import { record } from './record.ts';
import { ring } from './ring.ts';
import { SavedFrames } from './saved-frames.ts';
import { VisitFrames } from './visit-frames.ts';
import type { VisitParts } from './visit-parts.ts';
import { lateMsMax, visitMs } from './visit-state.ts';
import type { VisitUnderWay } from './visit-under-way.ts';

/** A visit on its way: `rung` when everybody has been told that somebody is there, `ended` when it is decided. */
export interface VisitPath {
  readonly rung: Promise<void>;
  readonly ended: Promise<void>;
}

/** The path of one visit, from its trigger on. The bell and the brain start together; the name waits for the ring. */
export function handleVisit(parts: VisitParts, visit: VisitUnderWay): VisitPath {
  const frames = new VisitFrames(parts.feed, parts.clock, visit);
  const rung = ring(parts, visit);
  return { rung, ended: nameVisitor(parts, visit, { frames, saved: new SavedFrames(parts, visit), rung }) };
}

/** Looks at the frames, then decides and records. */
export async function nameVisitor(parts: VisitParts, visit: VisitUnderWay, seen: VisitSeen): Promise<void> {
  try {
    const sightings = await new Looking(parts, visit, seen).run();
    await seen.rung;
    const rules = { ...rulesOf(parts), oldFrames: seen.frames.oldFrames ?? 0 };
    const decided = explain(parts, visit, decide(sightings, rules));
    const verdict = await doubtPicture(parts, visit, { verdict: decided, sightings, saved: seen.saved });
    await record(parts, visit, { verdict, saved: seen.saved });
    report(parts, visit, verdict);
  } finally {
    await seen.saved.settle();
    seen.frames.close();
    visit.advance({ kind: 'recorded' });
  }
}

/** Says why there was nothing to see, where the frames cannot. */
function explain(parts: VisitParts, visit: VisitUnderWay, verdict: Verdict): Verdict {
  const { state } = visit;
  if (verdict.outcome !== 'no-face' || state.phase !== 'recording') return verdict;
  if (state.end.because === 'blind') return { ...verdict, reason: `recognition is not running: ${state.end.reason}` };
  if (state.end.because === 'unanswered' && verdict.decision.framesWithFace === 0)
    return { ...verdict, reason: `recognition was too slow: no answer within ${(visitMs + lateMsMax) / 1000} s` };
  const trouble = parts.feed.status().reason;
  if (verdict.decision.framesSeen > 0 || trouble === undefined) return verdict;
  return { ...verdict, reason: `the camera gives no pictures: ${trouble}` };
}

/** Tells the rooms what was decided, after it is recorded. */
function report(parts: VisitParts, visit: VisitUnderWay, verdict: Verdict): void {
  const { outcome, confidence, reason, doubt, person, watched } = verdict;
  const who = person === undefined ? {} : { personId: person.personId, name: person.name };
  const mark = doubt === undefined ? {} : { mayBePicture: true };
  visit.tell(eventOf(outcome), { outcome, confidence, ...who, ...mark });
  for (const { personId, name } of watched)
    visit.tell('FACE_BLACKLISTED', { personId, name, severity: 'critical', ...mark });
  visit.tell('EVENT_ENRICHED', { outcome, reason, stage: 'visit', durationMs: visit.trace.named ?? 0, ...who });
  parts.log.info('a visit is decided', {
    correlation_id: visit.id,
    outcome,
    personId: person?.personId,
    trace: visit.trace,
  });
}

function eventOf(outcome: VisitOutcome): EventType {
  switch (outcome) {
    case 'known':
    case 'probably':
      return 'FACE_RECOGNIZED';
    case 'stranger':
      return 'FACE_UNKNOWN';
    case 'no-face':
      return 'NO_FACES_DETECTED';
  }
}
