import type { Decision, Visit } from '../store/records.ts';
import type { VisitOutcome } from '../system/outcome.ts';
import { decide } from './decide.ts';
import { search } from './detect.ts';
import { embed, match, type Sighting } from './embed.ts';
import { loadFrames } from './unfinished.ts';
import type { VisitParts } from './visit-parts.ts';

type AgainParts = Pick<
  VisitParts,
  'clock' | 'disk' | 'home' | 'log' | 'pictures' | 'inference' | 'gallery' | 'settings'
>;

/** Nobody waits, the machine is busy with something else, and a candidate has the lowest priority. */
const patienceMs = 60_000;

export type DecidedAgain =
  | {
      readonly outcome: 'decided';
      readonly visit: VisitOutcome;
      readonly personId: string | undefined;
      readonly decision: Decision;
    }
  | { readonly outcome: 'blind'; readonly reason: string };

/**
 * Decides a past visit once more, from its saved frames and with today's household. Nothing is recorded, nobody is told.
 * Two releases that look at the same frames can be compared; what was decided at the door had seen more frames.
 * `mayLook` is awaited before each frame: a visitor at the door goes first.
 */
export async function decideAgain(
  parts: AgainParts,
  visit: Visit,
  mayLook: () => Promise<void>,
): Promise<DecidedAgain> {
  const { gallery, settings, inference } = parts;
  const { recogniser } = inference;
  const looking = { ...parts, tell: () => {}, limits: settings.recognition, patienceMs: () => patienceMs };
  const sightings: Sighting[] = [];
  for (const { frame } of await loadFrames(parts, visit, patienceMs)) {
    await mayLook();
    const found = await search(looking, frame);
    if (found.outcome !== 'seen') return { outcome: 'blind', reason: found.reason };
    const embedded = await embed(looking, { picture: frame, faces: found.value });
    if (embedded.outcome !== 'seen') return { outcome: 'blind', reason: embedded.reason };
    if (inference.recogniser !== recogniser) return decideAgain(parts, visit, mayLook); // Another pack is used since.
    sightings.push(match(gallery, frame.sequence, embedded.value));
  }
  const verdict = decide(sightings, { recognition: settings.recognition, recogniser });
  return { outcome: 'decided', visit: verdict.outcome, personId: verdict.person?.personId, decision: verdict.decision };
}
