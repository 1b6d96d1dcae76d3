import { otherSlot } from '../slot/slot.ts';
import { giveLease } from '../slot/update-lease.ts';
import { discard, keep, type KnownOffer } from './acquire.ts';
import { commit } from './commit.ts';
import { type Desk, withoutOffer, withoutTrial } from './desk.ts';
import { handOver } from './hand-over.ts';
import { watch } from './probation.ts';
import { rehearse } from './rehearse.ts';
import { recordRevert, revert } from './revert.ts';
import type { Trial, UpdateTools } from './update-parts.ts';
import type { TrialFailure, TrialStep, UpdateFacts } from './update-state.ts';

/** Begins a trial of what is staged. */
export async function beginRehearsal(
  tools: UpdateTools,
  desk: Desk,
  task: KnownOffer & { readonly memory: 'warm' | 'cold'; readonly facts: UpdateFacts },
): Promise<Desk> {
  const { offer, release, memory, facts } = task;
  const slot = otherSlot(facts.running.slot);
  return { ...desk, trial: await rehearse(tools, { offer, release, memory, slot, record: facts.record }) };
}

/** One turn of a trial: what it knew before, and what it saw. */
export interface TrialTurn {
  readonly desk: Desk;
  readonly trial: Trial;
  readonly facts: UpdateFacts;
}

/** The desk after one step of the trial. A step that does not fit the phase changes nothing. */
export async function takeTrialStep(
  tools: UpdateTools,
  step: TrialStep,
  { desk, trial, facts }: TrialTurn,
): Promise<Desk> {
  const { state } = trial;
  switch (step.kind) {
    case 'hand-over':
      return state.phase === 'rehearsed' ? { ...desk, trial: await handOver(tools, trial, state.candidate) } : desk;
    case 'watch':
      return state.phase === 'probation' ? { ...desk, faults: 0, trial: await watch(tools, trial, state) } : desk;
    case 'commit':
      return { ...desk, trial: await commit(tools, trial, facts) };
    case 'revert':
      return revertCandidate(tools, desk, { trial, failure: step });
    case 'record':
      return writeDown(tools, desk, { trial, facts });
  }
}

/** The incumbent serves again. */
export async function revertCandidate(
  tools: UpdateTools,
  desk: Desk,
  { trial, failure }: { trial: Trial; failure: TrialFailure },
): Promise<Desk> {
  tools.log.warn('a trial is reverted', {
    version: trial.release.version,
    reason: failure.reason,
    message: failure.message,
  });
  return { ...desk, trial: await revert(tools, trial, failure), problem: failure.message };
}

/** The reverted trial is written down; the desk is free for the next offer. */
export async function writeDown(
  tools: UpdateTools,
  desk: Desk,
  { trial, facts }: { trial: Trial; facts: UpdateFacts },
): Promise<Desk> {
  const { state } = trial;
  if (state.phase !== 'unrecorded') return desk;
  const { failure, figures } = state;
  await recordRevert(tools, trial, { failure, figures, record: facts.record });
  const free = withoutTrial(desk);
  if (!failure.isItsFault) return { ...free, pauseUntilMs: tools.clock.uptimeMs() + retryMs };
  await discard(tools, trial.offer);
  return withoutOffer(free);
}

/** A trial that the incumbent itself could not carry through is tried again after this time. */
const retryMs = 15 * 60_000;

/** The candidate is the incumbent now: this process gives up its rights and ends. */
export async function leave(tools: UpdateTools, desk: Desk): Promise<Desk> {
  if (desk.trial !== undefined) await keep(tools, desk.trial);
  await giveLease(tools.storage, tools.places, tools.processes);
  await tools.stage.leave();
  return desk;
}
