import { gateFigures } from '../health/gate.ts';
import { cancelTrial, isUnderWay, revertTrial, type TrialRecord } from '../slot/trial-record.ts';
import { gateFacts } from './probation.ts';
import { readMessage, type Revert, revertedSchema } from './trial-protocol.ts';
import { enterPhase, type Trial, type UpdateTools } from './update-parts.ts';
import type { TrialFailure } from './update-state.ts';

/** A candidate that works answers at once; one that hangs has had its chance. */
const revertMsMax = 250;
/** Time to let the camera go, then it is killed. */
const stopMsMax = 500;

/** The candidate is told, then killed; then the incumbent serves again. Writing it down comes after the door is answered. */
export async function revert(tools: UpdateTools, trial: Trial, failure: TrialFailure): Promise<Trial> {
  const { stage, clock, log } = tools;
  const { state } = trial;
  const startedMs = clock.uptimeMs();
  const figures = state.phase === 'probation' ? gateFigures(gateFacts(tools, state, undefined)) : {};
  if ('candidate' in state && state.candidate !== undefined) {
    const { candidate } = state;
    const question: Revert = { kind: 'revert', reason: failure.message.slice(0, 1000) };
    let hasAnswered = false;
    if (candidate.ended() === undefined) {
      hasAnswered = readMessage(revertedSchema, await candidate.ask(question, revertMsMax)) !== undefined;
      if (!hasAnswered) log.warn('the candidate does not answer to its revert', { pid: candidate.pid });
    }
    await candidate.stop(hasAnswered ? stopMsMax : 0);
  }
  const back = await stage.takeBack();
  if (back.outcome === 'failed') log.error('cannot serve again after a revert', { reason: back.reason });
  const revertMs = clock.uptimeMs() - startedMs;
  return enterPhase(trial, { phase: 'unrecorded', failure, figures: { ...figures, revertMs } }, clock.uptimeMs());
}

/** Writes down how the trial ended. Taken again until the disk allows it: the release must not be forgotten. */
export async function recordRevert(
  tools: UpdateTools,
  trial: Trial,
  {
    failure,
    figures,
    record,
  }: { failure: TrialFailure; figures: Readonly<Record<string, number>>; record: TrialRecord },
): Promise<void> {
  if (!isUnderWay(record)) return;
  const { reason, isItsFault } = failure;
  const message = failure.message.slice(0, 2000);
  const end = { reason, message, phases: [...trial.phases], figures: { ...figures } };
  await tools.recordFile.write(isItsFault ? revertTrial(record, end) : cancelTrial(record, end));
}
