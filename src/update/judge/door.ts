/**
 * Whether the door is answered. Chosen: the incumbent knocks over the socket that callers use, and compares a silence with
 * what it needs itself just then; rejected: heartbeats; why: they come from inside, and one that answers nobody sends them.
 */
import { type Finding, shown } from './finding.ts';
import type { GateFacts, GateLimits } from './gate-facts.ts';

/** One that has work is given so many times the time. */
const atWorkTimes = 3;
/** A candidate may take so many times what its incumbent needs. */
const ownTimes = 4;

/** Nobody is answered for longer than the incumbent can account for. */
export function judgeDoor({ door }: Pick<GateFacts, 'door'>, { doorSilentMsMax }: GateLimits): Finding {
  if (door === undefined) return undefined;
  const { knocks, answered, silentMs, isAtWork, ownMs } = door;
  const patienceMs = Math.max(doorSilentMsMax * (isAtWork ? atWorkTimes : 1), ownMs * ownTimes);
  const saw = `silent for ${Math.round(silentMs)} ms, the incumbent needs up to ${Math.round(ownMs)} ms`;
  const evidence = { asked: knocks, answered, compared: knocks, saw };
  const broken = `nobody who knocks has been answered for ${Math.round(silentMs)} ms`;
  if (silentMs >= patienceMs) return shown(evidence, { broken });
  return shown(evidence, silentMs >= doorSilentMsMax / 2 ? { missing: 'nobody answers just now' } : undefined);
}
