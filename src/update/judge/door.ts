/**
 * Whether the door is answered. Chosen: the incumbent knocks over the socket that callers use, and compares a silence with
 * what it needs itself just then; rejected: heartbeats; why: they come from inside, and one that answers nobody sends them.
 */
import { hasCallers } from './callers.ts';
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
/** What callers keep at work: so many times as much processor time. */
const callersWorkTimes = 5;
/** One that waits for a processor is given so many times the time of a heartbeat. */
const starvedTimes = 4;

type DoorFacts = Pick<GateFacts, 'door' | 'samples' | 'nowMs'>;

/** Nobody is answered for longer than the incumbent can account for. */
export function judgeDoor(facts: DoorFacts, limits: GateLimits): Finding {
  const { door } = facts;
  if (door === undefined) return undefined;
  const { knocks, answered, silentMs, isAtWork, workedMs, ownMs } = door;
  const { heartbeatMsMax } = limits;
  const [isBusy, times] = [hasCallers(door), isShortOfTime(facts) ? hinderedTimes : 1];
  const doorSilentMsMax = limits.doorSilentMsMax * (isBusy ? hinderedTimes : times);
  const workMsMax = limits.doorSilentMsMax * atWorkTimes * (isBusy ? callersWorkTimes : times);
  const isOver = isAtWork
    ? workedMs >= workMsMax || silentMs >= heartbeatMsMax * starvedTimes
    : silentMs >= doorSilentMsMax;
  const saw = `silent for ${Math.round(silentMs)} ms, ${Math.round(workedMs)} ms of them at work, the incumbent needs up to ${Math.round(ownMs)} ms`;
  const evidence = { asked: knocks, answered, compared: knocks, saw };
  const broken = `nobody who knocks has been answered for ${Math.round(silentMs)} ms`;
  if (isOver && silentMs >= ownMs * ownTimes) return shown(evidence, { broken });
  return shown(evidence, silentMs >= doorSilentMsMax / 2 ? { missing: 'nobody answers just now' } : undefined);
}

/** How long a candidate may be silent, on a machine that keeps it or its incumbent waiting for a processor. */
export function heartbeatPatienceMs(
  { door }: Pick<GateFacts, 'door'>,
  { doorSilentMsMax, heartbeatMsMax }: Pick<GateLimits, 'doorSilentMsMax' | 'heartbeatMsMax'>,
): number {
  if (door === undefined) return heartbeatMsMax;
  const { silentMs, isAtWork, workedMs, ownMs } = door;
  const isStarved = silentMs > 0 && isAtWork && workedMs < doorSilentMsMax * atWorkTimes;
  return Math.max(heartbeatMsMax * (isStarved ? starvedTimes : 1), ownMs * ownTimes);
}
