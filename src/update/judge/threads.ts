import { type Finding, shown } from './finding.ts';
import type { GateFacts, GateLimits } from './gate-facts.ts';
import { isShortOfTime } from './machine-strain.ts';

/** A thread is given so many times the time on a machine that has none to spare. */
const strainedTimes = 3;

/**
 * A thread of the candidate that does no work any more, by the candidate's own word: one that does not say so is seen by
 * the presses and pictures that are not answered.
 */
export function judgeThreads(facts: GateFacts, { threadSilentMsMax }: GateLimits): Finding {
  const silentMs = facts.samples.at(-1)?.threadsSilentMs;
  if (silentMs === undefined) return undefined;
  const [name = '', longestMs = 0] = Object.entries(silentMs).toSorted(([, one], [, other]) => other - one)[0] ?? [];
  const threads = Object.keys(silentMs).length;
  const saw = `the ${name} thread silent for ${Math.round(longestMs)} ms`;
  const evidence = { asked: threads, answered: threads, compared: 0, saw };
  if (longestMs <= threadSilentMsMax) return shown(evidence, undefined);
  return shown(evidence, isShortOfTime(facts) && longestMs <= threadSilentMsMax * strainedTimes ? { strained: `${saw}, on a busy machine` } : { broken: saw }); // prettier-ignore
}
