import { moveCurrent } from '../slot/current-link.ts';
import { commitTrial, isUnderWay, type TrialRecord } from '../slot/trial-record.ts';
import type { Slot } from '../slot/slot.ts';
import { seenIn } from './probation.ts';
import { proveSlot } from './stage.ts';
import type { TrialFailure } from './trial-failure.ts';
import { type Commit, committedSchema, readMessage } from './trial-protocol.ts';
import { enterPhase, type Trial, type UpdateTools } from './update-parts.ts';

const commitMsMax = 10_000;

/**
 * The link names the candidate, then the record says so, then the service manager and the candidate hear it. The link is
 * the commit: whatever happens after it, power-on starts the candidate. May be taken again after a fault in the middle.
 */
export async function commit(
  tools: UpdateTools,
  trial: Trial,
  { record, committed }: { readonly record: TrialRecord; readonly committed: Slot | undefined },
): Promise<Trial> {
  const { storage, places, clock, recordFile, releases, duty, log } = tools;
  if (committed !== trial.slot) {
    const damage = await proveSlot(tools, trial.slot, trial.release);
    if (damage !== undefined) return failed(trial, damage, clock.uptimeMs());
    if (!(await duty.settlePresses())) return trial; // The gate has something to say to that.
  }
  try {
    if (committed !== trial.slot) await storage.syncDirectory(places.slots); // Whoever marked the slot may have died before.
    await moveCurrent(storage, places, trial.slot);
  } catch (error) {
    if (committed !== trial.slot) throw error;
    log.error('cannot make the commit survive a power cut', { error }); // Tried twice: what serves goes on serving.
  }
  const end = { reason: 'proved', message: 'it served its probation well', ...seenIn(tools, trial) };
  const done = enterPhase(trial, { phase: 'committed' }, clock.uptimeMs());
  try {
    if (isUnderWay(record))
      await recordFile.write(commitTrial(record, { ...end, phases: [...done.phases] }, checksOf(trial)));
  } catch (error) {
    log.error('cannot write down the commit: the next start does it', { error }); // The link has said it already.
  }
  try {
    await releases.believe(trial.release);
  } catch (error) {
    log.error('cannot keep the version of its signatures', { error }); // The record says already what is older.
  }
  if ('candidate' in trial.state && trial.state.candidate !== undefined) {
    const { candidate } = trial.state;
    const question: Commit = { kind: 'commit' };
    const named = await duty.nameMain(candidate.pid); // First: what the candidate says before is not listened to.
    const heard = readMessage(committedSchema, await candidate.ask(question, commitMsMax));
    // No way back from here: when either did not hear it, the service manager starts what the link names.
    if (heard === undefined || named.outcome === 'failed')
      log.warn('the commit was not acknowledged', { candidate: heard !== undefined, service: named });
  }
  return done;
}

/** What was well in the incumbent is well in the candidate, or it would not be committed. */
function checksOf({ state }: Trial): readonly string[] | undefined {
  return state.phase === 'probation' ? state.baseline.checks : undefined;
}

function failed(trial: Trial, message: string, nowMs: number): Trial {
  const failure: TrialFailure = { reason: 'slot-damaged', message, isItsFault: false };
  const { state } = trial;
  const candidate = 'candidate' in state ? state.candidate : undefined;
  return enterPhase(trial, { phase: 'failed', failure, ...(candidate === undefined ? {} : { candidate }) }, nowMs);
}
