import { trialBytesMax } from './judge/resources.ts';
import type { Slot } from '../slot/slot.ts';
import { beginTrial, type TrialRecord } from '../slot/trial-record.ts';
import type { Candidate } from '../system/candidate.ts';
import type { RehearsalMaterial } from './duty.ts';
import { judgeStoredData } from './judge/stored-data.ts';
import { candidateBytesMax } from './memory-plan.ts';
import type { Offer } from './offer.ts';
import { judgeRehearsal } from './rehearsal-verdict.ts';
import type { SignedRelease } from './release-acts.ts';
import { proveSlot } from './stage.ts';
import type { TrialFailure, TrialFailureReason } from './trial-failure.ts';
import {
  type Hello,
  helloAnswerSchema,
  readMessage,
  type Rehearse,
  rehearsedSchema,
  trialProtocol,
} from './trial-protocol.ts';
import { enterPhase, type Trial, type TrialState, type UpdateTools } from './update-parts.ts';
import { wordsOf } from '../system/error-words.ts';

/** What a rehearsal is about. */
export interface RehearsalTask {
  readonly offer: Offer;
  readonly release: SignedRelease;
  readonly slot: Slot;
  readonly memory: 'warm' | 'cold';
  readonly record: TrialRecord;
}

const rehearseMsMax = 15 * 60_000;

/**
 * The attempt is spent, then the candidate starts off duty on a copy of the household's data and shows what it can do.
 * Nothing at the door has changed afterwards, whatever happened.
 */
export async function rehearse(tools: UpdateTools, task: RehearsalTask): Promise<Trial> {
  const { clock, processes, random, recordFile } = tools;
  const { release, offer, slot, memory } = task;
  const { version, digest, signed } = release;
  const { bootId, pid, startTicks } = processes.self;
  const name = { id: random.id(), version, digest, signed, file: offer.file, slot };
  // Spent before the candidate runs: one that takes the whole machine down with it cannot try for ever.
  await recordFile.write(
    beginTrial(task.record, { ...name, bootId, by: `${pid}:${startTicks}`, startedMs: clock.wallMs() }),
  );
  const startedMs = clock.uptimeMs();
  const state = await perform(tools, task, name.id);
  const phases = [{ phase: 'rehearsal', durationMs: clock.uptimeMs() - startedMs }];
  return { release, offer, slot, memory, phaseStartedMs: clock.uptimeMs(), phases, state };
}

async function perform(tools: UpdateTools, task: RehearsalTask, trialId: string): Promise<TrialState> {
  const { duty, candidates, places, resources, settings } = tools;
  // Looked at before the candidate is there, or one that spins would excuse itself.
  const baseline = duty.baseline();
  const wasStrained = baseline.isMachineStrained === true;
  const material = await duty.prepareRehearsal(places.rehearsal, {
    visitsMax: settings.rehearsalVisits,
    trialId,
  });
  if (material.outcome === 'failed') return failed('rehearsal-not-prepared', material.reason);
  if (task.memory === 'cold') await duty.makeRoom(); // Not earlier: the incumbent decides the visits with its models.
  const damage = await proveSlot(tools, task.slot, task.release); // Not a byte is run that was not read back just before.
  if (damage !== undefined) return failed('slot-damaged', damage);
  const started = await candidates.start(places.slot[task.slot], {
    entry: task.release.manifest.entry,
    isBackground: true,
    memoryBytesMax: candidateBytesMax(resources.memory(), task.memory, trialBytesMax(baseline, settings.gate)),
  });
  if (started.outcome === 'failed') return failed('not-started', started.reason, { isItsFault: true });
  const { candidate } = started;
  const failure = await question(candidate, { task, material, tools });
  if (failure !== undefined) {
    const { isLate, isItsFault = !(isLate && wasStrained), ...why } = failure;
    return { phase: 'failed', candidate, failure: { ...why, isItsFault } };
  }
  return { phase: 'rehearsed', candidate };
}

interface Questions {
  readonly task: RehearsalTask;
  readonly material: Extract<RehearsalMaterial, { outcome: 'prepared' }>;
  readonly tools: UpdateTools;
}

interface Shortcoming {
  readonly reason: TrialFailureReason;
  readonly message: string;
  readonly isLate: boolean;
  /** Only where it does not follow from being late. */
  readonly isItsFault?: false;
}

/** Why the candidate is not good enough; undefined when it is. */
async function question(candidate: Candidate, { task, material, tools }: Questions): Promise<Shortcoming | undefined> {
  const { gate, recognitionDropMax } = tools.settings;
  const { decisions } = material;
  const hello: Hello = { kind: 'hello', protocol: trialProtocol };
  const answer = readMessage(helloAnswerSchema, await candidate.ask(hello, gate.helloMsMax));
  if (answer === undefined) return silent(candidate, 'never-ready', 'it never said hello');
  if (answer.protocol !== trialProtocol || answer.version !== task.release.version)
    return notGood('not-itself', `it says that it is ${answer.version}, protocol ${answer.protocol}`);
  const rehearsal: Rehearse = {
    kind: 'rehearse',
    directory: tools.places.rehearsal,
    visitIds: decisions.map(({ visitId }) => visitId),
  };
  const report = readMessage(rehearsedSchema, await candidate.ask(rehearsal, rehearseMsMax));
  if (report === undefined) return silent(candidate, 'rehearsal-unanswered', 'it did not report its rehearsal');
  const damage = await dataDamage(material);
  if (damage !== undefined) return damage;
  const goldenFaces = task.release.manifest.goldenFaces.length;
  const verdict = judgeRehearsal(report, { decisions, goldenFaces, recognitionDropMax });
  return verdict === undefined ? undefined : notGood(verdict.reason, verdict.message);
}

/** First of all that a rehearsal shows: whatever else a candidate can do, it must leave what is stored alone. */
async function dataDamage({ compareData }: Questions['material']): Promise<Shortcoming | undefined> {
  try {
    const message = judgeStoredData(await compareData());
    return message === undefined ? undefined : notGood('stored-data', message);
  } catch (error) {
    return { reason: 'incumbent-fault', message: wordsOf(error), isLate: false, isItsFault: false };
  }
}

function notGood(reason: TrialFailureReason, message: string): Shortcoming {
  return { reason, message, isLate: false };
}

function silent(candidate: Candidate, reason: TrialFailureReason, message: string): Shortcoming {
  const ended = candidate.ended();
  return ended === undefined ? { reason, message, isLate: true } : notGood('candidate-ended', `${message}: ${ended}`);
}

function failed(reason: TrialFailureReason, message: string, { isItsFault = false } = {}): TrialState {
  return { phase: 'failed', failure: { reason, message, isItsFault } };
}

/** The trial in a state of failure that a fault of the machine caused: the release is not to blame. */
export function failByFault(trial: Trial, error: unknown, nowMs: number): Trial {
  const failure: TrialFailure = { reason: 'incumbent-fault', message: wordsOf(error), isItsFault: false };
  const { state } = trial;
  const candidate = 'candidate' in state ? state.candidate : undefined;
  return enterPhase(trial, { phase: 'failed', failure, ...(candidate === undefined ? {} : { candidate }) }, nowMs);
}
