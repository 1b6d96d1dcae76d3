import { trialBytesMax } from './judge/resources.ts';
import { readCurrent } from '../slot/current-link.ts';
import { otherSlot } from '../slot/slot.ts';
import { noteServed } from '../slot/aftercare.ts';
import { withoutAftercare } from '../slot/trial-record.ts';
import type { Candidate } from '../system/candidate.ts';
import { fallBack, type FallBackReason, readWayBack } from './fall-back.ts';
import { candidateBytesMax, planMemory } from './memory-plan.ts';
import { paused } from './acquire.ts';
import type { Notebook } from './notebook.ts';
import { lifeNow } from './settle.ts';
import {
  type Commit, type Hello, helloAnswerSchema, heartbeatSchema, heartbeatIntervalMs, readMessage, readySchema, type TakeOver,
  trialProtocol,
} from './trial-protocol.ts'; // prettier-ignore
import type { UpdateTools } from './update-parts.ts';

const takeOverMsMax = 15_000;
const commitMsMax = 10_000;
/** One that has taken over and says nothing has not. */
const beatsWaited = 20;
/** What says nothing about the release of the other slot may pass. */
const triesMax = 3;

/**
 * The way back while this process still serves: the release of the other slot takes the door as a candidate does, then the
 * link names it. Nobody at the door notices. One that does not even say hello is left alone, and what runs goes on; one
 * that says hello and cannot be handed the door is started by the service manager.
 */
export async function handBack(tools: UpdateTools, notebook: Notebook, why: FallBackReason): Promise<Notebook> {
  const { log, duty } = tools;
  log.warn('the way back is taken', { ...why });
  const { fallBack: _fallBack, ...rest } = notebook;
  const started = await startWayBack(tools);
  if ('reason' in started) {
    const { reason, mayPass } = started;
    if (mayPass && notebook.faults + 1 < triesMax)
      return paused(tools, notebook, { problem: `cannot fall back yet: ${reason}` });
    return stay(tools, rest, reason);
  }
  const { candidate } = started;
  const trouble = await passDoor(tools, candidate);
  if (trouble !== undefined) {
    log.error('the release of the other slot cannot be handed the door', { reason: trouble });
    await duty.takeBack(candidate.stop(0));
  }
  const refusal = await moveBack(tools, why).catch(async (error: unknown) => {
    if (trouble === undefined) await duty.takeBack(candidate.stop(0));
    throw error; // Of the disk: tried again later.
  });
  if (refusal !== undefined) {
    if (trouble === undefined) await duty.takeBack(candidate.stop(0));
    return stay(tools, rest, refusal);
  }
  if (trouble === undefined) await stayThere(tools, candidate);
  else await duty.restart();
  return rest;
}

/** Why the link does not name the other slot; undefined when it does, whether or not that survives a power cut. */
async function moveBack(
  { storage, places, clock, running, log }: UpdateTools,
  why: FallBackReason,
): Promise<string | undefined> {
  try {
    const moved = await fallBack({ storage, places, clock, why, isOtherSlotOnly: true });
    return moved.outcome === 'refused' ? moved.message : undefined;
  } catch (error) {
    const named = await readCurrent(storage, places);
    if (named === undefined || named === running.slot) throw error;
    log.error('cannot make the way back survive a power cut', { error });
    return undefined;
  }
}

type StartedWayBack = { readonly candidate: Candidate } | { readonly reason: string; readonly mayPass: boolean };

/** Verified, started, and itself; or why not. */
async function startWayBack(tools: UpdateTools): Promise<StartedWayBack> {
  const { storage, places, clock, candidates, duty, resources, running, settings } = tools;
  const judged = await readWayBack({ storage, places, clock });
  if (judged.outcome === 'refused') return { reason: judged.message, mayPass: false };
  const { entry, version } = judged.manifest;
  const memory = planMemory(resources.memory());
  if (memory === 'none')
    return { reason: 'there is too little memory to start the release of the other slot', mayPass: true };
  if (memory === 'cold') await duty.makeRoom();
  const bytesMax = trialBytesMax(duty.baseline(), settings.gate);
  const memoryBytesMax = candidateBytesMax(resources.memory(), memory, bytesMax);
  const directory = places.slot[otherSlot(running.slot)];
  const started = await candidates.start(directory, { entry, isBackground: false, memoryBytesMax });
  if (started.outcome === 'failed') {
    await duty.takeBack();
    return { reason: started.reason, mayPass: false };
  }
  const { candidate } = started;
  const hello: Hello = { kind: 'hello', protocol: trialProtocol };
  const answer = readMessage(helloAnswerSchema, await candidate.ask(hello, settings.gate.helloMsMax));
  if (answer?.version === version) return { candidate };
  const ended = candidate.ended();
  await duty.takeBack(candidate.stop(0));
  if (ended !== undefined) return { reason: `release ${version} in the other slot ended: ${ended}`, mayPass: true };
  return { reason: `release ${version} in the other slot does not say hello`, mayPass: false };
}

/** Why it does not have the door; undefined when it has. */
async function passDoor({ duty, clock }: UpdateTools, candidate: Candidate): Promise<string | undefined> {
  const passed = await duty.handOver(candidate);
  if (passed.outcome === 'failed') return passed.reason;
  const question: TakeOver = { kind: 'take-over' };
  if (readMessage(readySchema, await candidate.ask(question, takeOverMsMax)) === undefined)
    return candidate.ended() ?? 'it did not take over in time';
  for (let beats = 0; beats < beatsWaited && candidate.ended() === undefined; beats += 1) {
    if (readMessage(heartbeatSchema, candidate.lastHeartbeat()?.message) !== undefined) return undefined;
    await clock.sleep(heartbeatIntervalMs);
  }
  return candidate.ended() ?? 'it has taken over, and says nothing';
}

/** As after a commit: the link has said it already. */
async function stayThere({ duty, log }: UpdateTools, candidate: Candidate): Promise<void> {
  const question: Commit = { kind: 'commit' };
  const named = await duty.nameMain(candidate.pid);
  const heard = await candidate.ask(question, commitMsMax);
  if (heard === undefined || named.outcome === 'failed')
    log.warn('the way back was not acknowledged', { candidate: heard !== undefined, service: named });
}

/** There is no way back: said once, and what runs goes on. */
async function stay(tools: UpdateTools, notebook: Notebook, reason: string): Promise<Notebook> {
  const problem = reason.startsWith('cannot fall back') ? reason : `cannot fall back: ${reason}`;
  tools.log.error('there is no way back', { reason: problem });
  await endAftercare(tools);
  return { ...notebook, problem };
}

/** Nothing is watched any more. */
async function endAftercare(tools: UpdateTools): Promise<void> {
  const record = await tools.recordFile.read();
  const { aftercare } = record;
  if (aftercare === undefined) return;
  if (aftercare.isOver === true) return void (await tools.recordFile.write(withoutAftercare(record))); // Left, and it stays.
  await tools.recordFile.write({ ...record, aftercare: { ...noteServed(aftercare, lifeNow(tools)), isOver: true } });
}

/** The time served so far, and the end of the aftercare when that has come. */
export async function noteAftercare(tools: UpdateTools, notebook: Notebook): Promise<Notebook> {
  const record = await tools.recordFile.read();
  if (record.aftercare === undefined) return notebook;
  const aftercare = noteServed(record.aftercare, lifeNow(tools));
  const isOver = aftercare.servedMs >= tools.settings.watchHours * hourMs;
  if (isOver)
    tools.log.info('the time of aftercare is over', {
      version: aftercare.version,
      crashes: aftercare.crashes.length,
    });
  await tools.recordFile.write({ ...record, aftercare: isOver ? { ...aftercare, isOver } : aftercare });
  return notebook;
}

const hourMs = 60 * 60_000;
