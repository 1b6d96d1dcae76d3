/**
 * Whether the door is answered. Chosen: the incumbent knocks over the socket that callers use, and compares a silence with
 * what it needs itself just then; rejected: heartbeats; why: they come from inside, and one that answers nobody sends them.
 */
import { hasCallers, hasCrowd } from './callers.ts';
import { type Finding, shown } from './finding.ts';
import type { GateFacts, GateLimits } from './gate-facts.ts';
import { isShortOfTime } from './machine-strain.ts';

/** One that is at work is given so many times the time, as processor time that it has had. */
const atWorkTimes = 3;
/** A candidate may take so many times what its incumbent needs. */
const ownTimes = 4;
/**
 * Callers who keep it busy have it answer the knock after theirs, and where the machine has no time to spare what it waits
 * for may be another thread of its own: it is given so many times the time.
 */
const hinderedTimes = 4;
/** One that a crowd keeps at work has all of them to answer before who knocks: so many times as much processor time. */
const crowdedTimes = 2;
/** One that waits for a processor is given so many times the time of a heartbeat, and before a crowd twice as much. */
const starvedTimes = 4;
const starvedInCrowdTimes = 8;

type DoorFacts = Pick<GateFacts, 'door' | 'samples' | 'nowMs'>;

/** Nobody is answered for longer than the incumbent can account for. */
export function judgeDoor(facts: DoorFacts, limits: GateLimits): Finding {
  const { door } = facts;
  if (door === undefined) return undefined;
  const { knocks, answered, silentMs, isAtWork, workedMs, ownMs } = door;
  const { heartbeatMsMax } = limits;
  const doorSilentMsMax = limits.doorSilentMsMax * (hasCallers(door) || isShortOfTime(facts) ? hinderedTimes : 1);
  const workMsMax = doorSilentMsMax * atWorkTimes * (hasCrowd(door) ? crowdedTimes : 1);
  const isOver = isAtWork
    ? workedMs >= workMsMax || silentMs >= heartbeatMsMax * longTimes(facts)
    : silentMs >= doorSilentMsMax;
  const saw = `silent for ${Math.round(silentMs)} ms, ${Math.round(workedMs)} ms of them at work, the incumbent needs up to ${Math.round(ownMs)} ms`;
  const evidence = { asked: knocks, answered, compared: knocks, saw };
  const broken = `nobody who knocks has been answered for ${Math.round(silentMs)} ms`;
  if (isOver && silentMs >= ownMs * ownTimes) return shown(evidence, { broken });
  return shown(evidence, silentMs >= doorSilentMsMax / 2 ? { missing: 'nobody answers just now' } : undefined);
}

/** How long a candidate may be silent, on a machine that keeps it or its incumbent waiting for a processor. */
export function heartbeatPatienceMs(
  facts: Pick<GateFacts, 'door' | 'samples' | 'nowMs'>,
  { doorSilentMsMax, heartbeatMsMax }: Pick<GateLimits, 'doorSilentMsMax' | 'heartbeatMsMax'>,
): number {
  const { door } = facts;
  if (door === undefined) return heartbeatMsMax * hinderedTimesOf(facts);
  const { silentMs, isAtWork, workedMs, ownMs } = door;
  const isStarved = silentMs > 0 && isAtWork && workedMs < doorSilentMsMax * atWorkTimes;
  return Math.max(heartbeatMsMax * (isStarved ? longTimes(facts) : hinderedTimesOf(facts)), ownMs * ownTimes);
}

type HinderedFacts = Pick<GateFacts, 'samples' | 'nowMs'>;

/** A crowd, or whoever keeps the processors busy, is in the way of all that it does. */
function isHindered(facts: HinderedFacts): boolean {
  return hasCrowd(facts.samples.at(-1)) || isShortOfTime(facts);
}

/** How many times as long it may take for what it does by itself. */
export function hinderedTimesOf(facts: HinderedFacts): number {
  return isHindered(facts) ? hinderedTimes : 1;
}

function longTimes(facts: HinderedFacts): number {
  return isHindered(facts) ? starvedInCrowdTimes : starvedTimes;
}
