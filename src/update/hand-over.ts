import type { Candidate } from '../system/candidate.ts';
import type { TrialFailureReason } from './trial-failure.ts';
import { readMessage, readySchema, type TakeOver } from './trial-protocol.ts';
import { enterPhase, type Trial, type TrialState, type UpdateTools } from './update-parts.ts';

/** The door is unanswered for no longer than this; the kernel keeps presses and connections meanwhile. */
const takeOverMsMax = 15_000;

/** The candidate takes sockets, lines and camera. The incumbent stays, warm and silent, until the trial ends. */
export async function handOver(tools: UpdateTools, trial: Trial, candidate: Candidate): Promise<Trial> {
  const { duty, clock } = tools;
  const baseline = duty.baseline();
  /** Until it has the door, a candidate that is merely late on a busy machine harms nobody: it may be tried again. */
  const isToBlame = (): boolean =>
    candidate.ended() !== undefined ||
    !(baseline.isMachineStrained === true || duty.baseline().isMachineStrained === true);
  const passed = await duty.handOver(candidate);
  if (passed.outcome === 'failed')
    return failed(tools, trial, { candidate, reason: 'not-passed', message: passed.reason, isItsFault: isToBlame() });
  const question: TakeOver = { kind: 'take-over' };
  const ready = readMessage(readySchema, await candidate.ask(question, takeOverMsMax));
  if (ready === undefined) {
    const ended = candidate.ended();
    const message = ended === undefined ? 'it did not take over in time' : `it ended while taking over: ${ended}`;
    return failed(tools, trial, { candidate, reason: 'not-taken-over', message, isItsFault: true });
  }
  const state: TrialState = {
    phase: 'probation',
    candidate,
    sinceMs: clock.uptimeMs(),
    baseline,
    samples: [],
    asked: [],
    taken: [],
  };
  return enterPhase(trial, state, clock.uptimeMs());
}

interface Failed {
  readonly candidate: Candidate;
  readonly reason: TrialFailureReason;
  readonly message: string;
  readonly isItsFault: boolean;
}

function failed({ clock }: UpdateTools, trial: Trial, { candidate, ...failure }: Failed): Trial {
  return enterPhase(trial, { phase: 'failed', candidate, failure }, clock.uptimeMs());
}
