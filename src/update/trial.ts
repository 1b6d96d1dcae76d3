import assert from 'node:assert/strict';
import { otherSlot } from '../slot/slot.ts';
import { giveLease } from '../slot/update-lease.ts';
import { discard, keep, type KnownOffer } from './acquire.ts';
import { commit } from './commit.ts';
import { type Notebook, withoutOffer, withoutTrial } from './notebook.ts';
import { setAside } from './set-aside.ts';
import { handOver } from './hand-over.ts';
import { lookAtCandidate } from './probation.ts';
import { rehearse } from './rehearse.ts';
import { recordRevert, revert } from './revert.ts';
import type { Trial, UpdateTools } from './update-parts.ts';
import type { TrialFailure } from './trial-failure.ts';
import type { TrialStep, UpdateFacts } from './update-state.ts';

/** Begins a trial of what is staged. */
export async function beginRehearsal(
  tools: UpdateTools,
  notebook: Notebook,
  task: KnownOffer & { readonly memory: 'warm' | 'cold'; readonly facts: UpdateFacts },
): Promise<Notebook> {
  const { offer, release, memory, facts } = task;
  const slot = otherSlot(facts.running.slot);
  return { ...notebook, trial: await rehearse(tools, { offer, release, memory, slot, record: facts.record }) };
}

/** One turn of a trial: what it knew before, and what it saw. */
export interface TrialTurn {
  readonly notebook: Notebook;
  readonly trial: Trial;
  readonly facts: UpdateFacts;
}

/** The notebook after one step of the trial. The policy chooses only steps that fit the phase. */
export async function takeTrialStep(
  tools: UpdateTools,
  step: TrialStep,
  { notebook, trial, facts }: TrialTurn,
): Promise<Notebook> {
  const { state } = trial;
  switch (step.kind) {
    case 'hand-over':
      assert(state.phase === 'rehearsed', `cannot hand over: the trial is ${state.phase}`);
      return { ...notebook, trial: await handOver(tools, trial, state.candidate) };
    case 'judge':
      assert(state.phase === 'probation', `cannot judge: the trial is ${state.phase}`);
      return { ...notebook, faults: 0, trial: await lookAtCandidate(tools, trial, state) };
    case 'commit':
      return { ...notebook, trial: await commit(tools, trial, facts) };
    case 'revert':
      return revertCandidate(tools, notebook, { trial, failure: step });
    case 'record':
      return writeDown(tools, notebook, { trial, facts });
  }
}

/** The incumbent serves again. */
export async function revertCandidate(
  tools: UpdateTools,
  notebook: Notebook,
  { trial, failure }: { trial: Trial; failure: TrialFailure },
): Promise<Notebook> {
  tools.log.warn('a trial is reverted', {
    version: trial.release.version,
    reason: failure.reason,
    message: failure.message,
  });
  return { ...notebook, trial: await revert(tools, trial, failure), problem: failure.message };
}

/** The reverted trial is written down; the notebook is free for the next offer. */
export async function writeDown(
  tools: UpdateTools,
  notebook: Notebook,
  { trial, facts }: { trial: Trial; facts: UpdateFacts },
): Promise<Notebook> {
  const { state } = trial;
  assert(state.phase === 'unrecorded', `cannot write the trial down: it is ${state.phase}`);
  const { failure, seen } = state;
  await recordRevert(tools, trial, { failure, seen, record: facts.record });
  const free = withoutTrial(notebook);
  const { offer } = trial;
  if (failure.isItsFault) {
    await discard(tools, offer);
    return withoutOffer(free, offer);
  }
  const { reason, message } = failure;
  const aside = setAside(tools, free, { offer, reason, message, wait: 'later' });
  return { ...aside, pauseUntilMs: tools.clock.uptimeMs() + retryMs };
}

/** A trial that the incumbent itself could not carry through is tried again after this time, and so is any other. */
const retryMs = 15 * 60_000;

/** The candidate is the incumbent now: this process gives up its rights and ends. */
export async function leave(tools: UpdateTools, notebook: Notebook): Promise<Notebook> {
  if (notebook.trial !== undefined) await keep(tools, notebook.trial);
  await giveLease(tools.storage, tools.places, tools.processes);
  await tools.duty.leave();
  return notebook;
}
