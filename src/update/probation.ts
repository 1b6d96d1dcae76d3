import { judgeTrial, type GateVerdict } from './judge/gate.ts';
import type { GateFacts, GateLimits, GateSample } from './judge/gate-facts.ts';
import type { UpdateSettings } from '../settings/update-settings.ts';
import { type Heartbeat, heartbeatIntervalMs, heartbeatSchema, readMessage } from './trial-protocol.ts';
import type { Trial, TrialState, UpdateParts } from './update-parts.ts';

export type Probation = Extract<TrialState, { phase: 'probation' }>;

/** Over two minutes of heartbeats: what the longest window of the gate looks back on. */
const samplesMax = 600;

/** A candidate that has said nothing for so many heartbeats is not asked: its silence is noticed sooner without. */
const silentBeats = 2;

/** One look at the candidate: waits for a heartbeat's time, asks something, then takes down what was said. */
export async function watch(parts: UpdateParts, trial: Trial, probation: Probation): Promise<Trial> {
  const { clock, duty } = parts;
  const { candidate } = probation;
  await clock.sleep(heartbeatIntervalMs);
  const silentMs = clock.uptimeMs() - (candidate.lastHeartbeat()?.atMs ?? probation.sinceMs);
  const answered = silentMs > silentBeats * heartbeatIntervalMs ? undefined : await duty.askBoth(candidate);
  const asked = answered === undefined ? probation.asked : [...probation.asked, answered].slice(-samplesMax);
  const said = candidate.lastHeartbeat();
  const heartbeat = said === undefined ? undefined : readMessage(heartbeatSchema, said.message);
  const isNew = said !== undefined && said.atMs !== probation.samples.at(-1)?.atMs;
  const samples =
    isNew && heartbeat !== undefined // Garbage is no sign of life.
      ? [...probation.samples, sampleOf(heartbeat, said.atMs)].slice(-samplesMax)
      : probation.samples;
  return { ...trial, state: { ...probation, samples, asked } };
}

function sampleOf(heartbeat: Heartbeat, atMs: number): GateSample {
  const { kind: _kind, sequence: _sequence, ...figures } = heartbeat;
  return { ...figures, atMs };
}

/** What the gate is asked about. */
export function gateFacts(parts: UpdateParts, probation: Probation, revertWord: string | undefined): GateFacts {
  const ended = probation.candidate.ended();
  return {
    nowMs: parts.clock.uptimeMs(),
    startedMs: probation.sinceMs,
    samples: probation.samples,
    asked: probation.asked,
    baseline: probation.baseline,
    freeBytes: parts.resources.memory().availableBytes,
    ...(ended === undefined ? {} : { ended }),
    ...(revertWord === undefined ? {} : { revertWord }),
  };
}

/** The gate's word on the candidate, now. */
export function judgeProbation(parts: UpdateParts, probation: Probation, revertWord: string | undefined): GateVerdict {
  return judgeTrial(gateFacts(parts, probation, revertWord), gateLimits(parts.settings));
}

function gateLimits(settings: UpdateSettings): GateLimits {
  return { ...settings.gate, probationMs: settings.probationMinutes * 60_000 };
}
