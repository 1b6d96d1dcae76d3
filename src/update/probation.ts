import { gateFigures, hearTrial, type Hearing } from './judge/gate.ts';
import type { GateFacts, GateLimits, GateSample } from './judge/gate-facts.ts';
import type { Sight } from './duty.ts';
import type { UpdateSettings } from '../settings/update-settings.ts';
import { type Heartbeat, heartbeatIntervalMs, heartbeatSchema, readMessage } from './trial-protocol.ts';
import type { SeenInTrial, Trial, TrialState, UpdateParts } from './update-parts.ts';

export type Probation = Extract<TrialState, { phase: 'probation' }>;

/** Over two minutes of heartbeats: what the longest window of the gate looks back on. */
const samplesMax = 600;
/** Questions of ten minutes. */
const askedMax = 3000;
/** A quarter of an hour of measurements. */
const takenMax = 900;

/** One look at the candidate: for a heartbeat's time, or until something is amiss; then takes down what was said. */
export async function lookAtCandidate(
  parts: Pick<UpdateParts, 'duty'>,
  trial: Trial,
  probation: Probation,
): Promise<Trial> {
  const { candidate } = probation;
  const sight = await parts.duty.attend(candidate, heartbeatIntervalMs);
  const asked = [...probation.asked, ...sight.asked].slice(-askedMax);
  const said = candidate.lastHeartbeat();
  const heartbeat = said === undefined ? undefined : readMessage(heartbeatSchema, said.message);
  const isNew = said !== undefined && said.atMs !== probation.samples.at(-1)?.atMs;
  const samples =
    isNew && heartbeat !== undefined // Garbage is no sign of life.
      ? [...probation.samples, sampleOf(heartbeat, said.atMs, sight)].slice(-samplesMax)
      : probation.samples;
  const { asked: _asked, machine: _machine, taken: newest, ...seen } = sight;
  const taken = newest === undefined ? probation.taken : [...probation.taken, newest].slice(-takenMax);
  return { ...trial, state: { ...probation, samples, asked, taken, ...seen } };
}

/** Of the machine and of callers the incumbent's word counts. */
function sampleOf(heartbeat: Heartbeat, atMs: number, { machine, callers = 'few' }: Sight): GateSample {
  const { kind: _kind, sequence: _sequence, isCrowded: _isCrowded, ...figures } = heartbeat;
  return { ...figures, callers, checks: { ...figures.checks, ...machine }, atMs };
}

/** What the gate is asked about. */
export function gateFacts(parts: UpdateParts, probation: Probation, revertWord: string | undefined): GateFacts {
  const ended = probation.candidate.ended();
  return {
    nowMs: parts.clock.uptimeMs(),
    startedMs: probation.sinceMs,
    samples: probation.samples,
    asked: probation.asked,
    ...(probation.kinds === undefined ? {} : { kinds: probation.kinds }),
    ...(probation.door === undefined ? {} : { door: probation.door }),
    ...(probation.callers === undefined ? {} : { callers: probation.callers }),
    presses: parts.duty.presses(),
    ...(probation.rows === undefined ? {} : { rows: probation.rows }),
    ...(probation.baseline.taken === undefined ? {} : { taken: probation.taken }),
    ...(probation.real === undefined ? {} : { real: probation.real }),
    baseline: probation.baseline,
    freeBytes: parts.resources.memory().availableBytes,
    ...(ended === undefined ? {} : { ended }),
    ...(revertWord === undefined ? {} : { revertWord }),
  };
}

/** The gate's word on the candidate, now, and that of each judge. */
export function judgeProbation(parts: UpdateParts, probation: Probation, revertWord: string | undefined): Hearing {
  return hearTrial(gateFacts(parts, probation, revertWord), gateLimits(parts.settings));
}

/** What is kept of a probation in the history, whatever it has come to. */
export function seenIn(parts: UpdateParts, { state, revertWord }: Trial): SeenInTrial {
  if (state.phase !== 'probation') return { figures: {} };
  const figures = { ...gateFigures(gateFacts(parts, state, undefined)) };
  return { figures, judges: [...judgeProbation(parts, state, revertWord).judges] };
}

function gateLimits(settings: UpdateSettings): GateLimits {
  const { gate, probationMinutes, recognitionDropMax: nameDropMax } = settings;
  return { ...gate, nameDropMax, probationMs: probationMinutes * 60_000 };
}
