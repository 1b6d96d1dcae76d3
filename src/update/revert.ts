import { cancelTrial, isUnderWay, revertTrial, type TrialRecord } from '../slot/trial-record.ts';
import type { Candidate } from '../system/candidate.ts';
import { seenIn } from './probation.ts';
import { readMessage, type Revert, revertedSchema } from './trial-protocol.ts';
import { enterPhase, type SeenInTrial, type Trial, type UpdateTools } from './update-parts.ts';
import type { TrialFailure } from './trial-failure.ts';

/** A candidate that works answers at once; one that hangs has had its chance, and one whose door is silent most of it. */
const revertMsMax = 250;
const silentRevertMsMax = 50;
/** Time to finish what it has in its hands while the incumbent serves already, then it is killed. */
const stopMsMax = 500;

/**
 * The candidate is told, and the incumbent serves again as soon as it has let go; then the candidate is killed. One that
 * does not answer is killed first. Writing it down comes after the door is answered.
 */
export async function revert(tools: UpdateTools, trial: Trial, failure: TrialFailure): Promise<Trial> {
  const { duty, clock, log } = tools;
  const { state } = trial;
  const startedMs = clock.uptimeMs();
  const seen = seenIn(tools, trial);
  const candidate = 'candidate' in state ? state.candidate : undefined;
  const hasLetGo = candidate !== undefined && (await letGo(tools, candidate, failure));
  if (!hasLetGo) await candidate?.stop(0);
  const toldMs = clock.uptimeMs() - startedMs;
  const back = await duty.takeBack(candidate?.stop(stopMsMax));
  if (back.outcome === 'failed') log.error('cannot serve again after a revert', { reason: back.reason });
  const revertMs = back.outcome === 'done' ? toldMs + back.durationMs : clock.uptimeMs() - startedMs;
  return enterPhase(
    trial,
    { phase: 'unrecorded', failure, seen: { ...seen, figures: { ...seen.figures, revertMs } } },
    clock.uptimeMs(),
  );
}

/** True when the candidate has let button, camera and socket go. */
async function letGo({ log }: UpdateTools, candidate: Candidate, { reason, message }: TrialFailure): Promise<boolean> {
  if (candidate.ended() !== undefined) return false;
  const question: Revert = { kind: 'revert', reason: message.slice(0, 1000) };
  const answer = readMessage(
    revertedSchema,
    await candidate.ask(question, reason === 'door' ? silentRevertMsMax : revertMsMax),
  );
  if (answer === undefined) log.warn('the candidate does not answer to its revert', { pid: candidate.pid });
  return answer !== undefined;
}

/** Writes down how the trial ended. Taken again until the disk allows it: the release must not be forgotten. */
export async function recordRevert(
  tools: UpdateTools,
  trial: Trial,
  { failure, seen, record }: { failure: TrialFailure; seen: SeenInTrial; record: TrialRecord },
): Promise<void> {
  if (!isUnderWay(record)) return;
  const { reason, isItsFault } = failure;
  const message = failure.message.slice(0, 2000);
  const end = { reason, message, phases: [...trial.phases], ...seen };
  await tools.recordFile.write(isItsFault ? revertTrial(record, end) : cancelTrial(record, end));
}
