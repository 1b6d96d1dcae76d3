/**
 * update/ - a new release exists: from the first look to the commit or the revert. Run by the appliance, shown by web/.
 * Never: trust what was not verified, keep a truth in memory only, or know anything about visits.
 *
 * - Chosen: the committed link is the only truth, and trials are children of the incumbent; rejected: a boot counter;
 *   why: power-on never starts an unproven release, so there is nothing to count.
 * - Chosen: a busy machine keeps a trial waiting; rejected: higher thresholds, no check of the machine; why: the
 *   candidate is blamed for its own processor time only, and one that spins still goes.
 * - Chosen: a check that failed under the incumbent may go on failing in a trial; rejected: every check, as the
 *   documents have it; why: a device without its camera would take no release, not even the one that mends it.
 * - Chosen: `doorward fall-back` decides, from whichever executable still runs: other slot, this one, factory;
 *   rejected: deciding in the unit's shell; why: a shell takes an empty executable for a script that succeeded.
 * - Chosen: an offer that cannot be taken is set aside by itself, in the notebook; rejected: a pause for all of them, or an
 *   entry in the trial record; why: the next best has its turn at once, and garbage never drives a reverted release out.
 * - Chosen: signatures keep older ones out once their release was committed; rejected: once it was seen; why: what asks for
 *   a stepping stone would keep it out, and so would a release for another board.
 * - Chosen: both slots and the native libraries that they share are read once a day and mended file by file, from
 *   whatever holds the same bytes; rejected: staging a damaged slot anew; why: a cut in the middle would leave nothing
 *   to start.
 */
import assert from 'node:assert/strict';
import { takeLease } from '../slot/update-lease.ts';
import { DiskFault } from '../system/disk.ts';
import { TrialRecordFile } from '../slot/trial-record-file.ts';
import type { TrialHistory } from '../slot/trial-record.ts';
import { fetchOffer, meetSourceFault, paused, putUnfitAside, stageOffer, verifyOffer } from './acquire.ts';
import { lookFar, lookNear } from './check.ts';
import { type Notebook, emptyNotebook, statusOf, type UpdateStatus, type Wishes, withWishes } from './notebook.ts';
import { look } from './look.ts';
import { type Offer, SourceFault } from './offer.ts';
import type { FallBackReason } from './fall-back.ts';
import { handBack, noteAftercare } from './hand-back.ts';
import { failByFault } from './rehearse.ts';
import { firstScrubMs, ScrubInterrupted, scrubSlots } from './scrub.ts';
import { clean, noteEnd, settle } from './settle.ts';
import { beginRehearsal, leave, revertCandidate, takeTrialStep, writeDown } from './trial.ts';
import type { TrialFailure } from './trial-failure.ts';
import { heartbeatIntervalMs } from './trial-protocol.ts';
import { type UpdateParts, type UpdateTools } from './update-parts.ts';
import { nextStep, type UpdateFacts, type UpdateStep } from './update-state.ts';
import { wordsOf } from '../system/error-words.ts';

/** Faults in a row after which a trial is given up. */
const trialFaultsMax = 3;
const minuteMs = 60_000;
/** What is brought is found after this time at the latest. */
const nearLookMs = minuteMs;
/** At most 25 MB a second are read of a slot: the card has other things to do. */
const breathMs = 10;

/** Every file that is offered. */
function filesOf({ seen }: Notebook): string {
  return JSON.stringify(seen.map(({ offers }) => offers.map(({ file }) => file)));
}

/** check -> verify -> fetch -> stage -> rehearse -> hand over -> probation -> commit or revert. One step per turn. */
export class Updater {
  readonly #tools: UpdateTools;
  #notebook: Notebook;
  #wishes: Wishes = {};
  #status: UpdateStatus = { phase: 'settle' };
  /** The last look. */
  #seen: Pick<UpdateFacts, 'aftercare' | 'trial'> = {};
  #sleep = new AbortController();
  readonly #listeners = new Set<(status: UpdateStatus) => void>();

  /** With the notebook and the record file of another it goes on where that one left off: a simulation tries every way on. */
  constructor(
    parts: UpdateParts,
    notebook = emptyNotebook,
    recordFile = new TrialRecordFile(parts.storage, parts.places),
  ) {
    this.#tools = { ...parts, recordFile };
    this.#notebook = notebook;
  }

  /** All that it remembers between two turns, but for wishes that it has not heard yet. */
  get notebook(): Notebook {
    return this.#notebook;
  }
  get unheard(): Wishes {
    return this.#wishes;
  }

  /** Takes steps until the signal is aborted, or until this process has handed over for good and left. */
  async run(signal: AbortSignal): Promise<'stopped' | 'left'> {
    signal.addEventListener('abort', () => this.#sleep.abort(), { once: true });
    while (!signal.aborted) if ((await this.takeStep()).kind === 'leave') return 'left';
    await this.#stop();
    return 'stopped';
  }

  /** Looks, chooses one step and takes it. A fault of disk or source becomes a pause, and in a trial a revert. */
  async takeStep(): Promise<UpdateStep> {
    let step: UpdateStep = { kind: 'wait', reason: 'pause', durationMs: minuteMs };
    let offer: Offer | undefined;
    try {
      await this.#hear();
      if (this.#notebook.trial === undefined) this.#notebook = await lookNear(this.#tools, this.#notebook);
      const facts = await look(this.#tools, this.#notebook);
      this.#seen = facts;
      step = nextStep(facts);
      offer = facts.offer;
      this.#show(step, offer);
      this.#notebook = await this.#take(step, facts);
    } catch (error) {
      this.#notebook = this.#meet(error, 'offer' in step ? step.offer : undefined);
      // The look itself failed: a trial is judged on, anything else can wait.
      if (step.kind === 'wait') await this.#rest(this.#notebook.trial === undefined ? minuteMs : heartbeatIntervalMs);
    }
    this.#show(step, offer);
    return step;
  }

  /** The notebook after the step. */
  async #take(step: UpdateStep, facts: UpdateFacts): Promise<Notebook> {
    const tools = this.#tools;
    const notebook = this.#notebook;
    const { trial } = notebook;
    switch (step.kind) {
      case 'wait': await this.#rest(step.durationMs); return this.#notebook;
      case 'take-lease': await takeLease(tools.storage, tools.places, tools.processes); return notebook;
      case 'settle': await settle(tools, facts.record, facts.committed); return { ...notebook, tidied: 'settled', nextScrubMs: firstScrubMs(tools) };
      case 'clean': await clean(tools); return { ...notebook, tidied: 'all' };
      case 'note-served': return noteAftercare(tools, notebook);
      case 'fall-back': return handBack(tools, notebook, step);
      case 'scrub': return scrubSlots(tools, notebook, () => this.#breathe());
      case 'check': return lookFar(tools, notebook);
      case 'verify': return verifyOffer(tools, notebook, { offer: step.offer, record: facts.record });
      case 'set-aside': return putUnfitAside(tools, notebook, step);
      case 'fetch': return fetchOffer(tools, notebook, step);
      case 'stage': return stageOffer(tools, notebook, { ...step, facts });
      case 'rehearse': return beginRehearsal(tools, { ...notebook, faults: 0 }, { ...step, facts });
      case 'leave': return leave(tools, notebook);
      case 'hand-over':
      case 'judge':
      case 'commit':
      case 'revert':
      case 'record':
        assert(trial !== undefined, `cannot ${step.kind}: there is no trial`);
        return takeTrialStep(tools, step, { notebook, trial, facts });
    } // prettier-ignore
  }

  /** What a fault of disk or source means for the next turn. Anything else is a programmer's error and crashes. */
  #meet(error: unknown, offer: Offer | undefined): Notebook {
    const tools = this.#tools;
    const notebook = this.#notebook;
    const problem = wordsOf(error);
    if (!(error instanceof SourceFault || error instanceof DiskFault)) throw error;
    tools.log.warn('an update step failed', { problem });
    if (notebook.trial !== undefined && notebook.trial.state.phase !== 'unrecorded') {
      const faults = notebook.faults + 1;
      const trial =
        faults < trialFaultsMax ? notebook.trial : failByFault(notebook.trial, error, tools.clock.uptimeMs());
      return { ...notebook, faults, problem, trial };
    }
    if (error instanceof DiskFault || offer === undefined) return paused(tools, notebook, { problem });
    return meetSourceFault(tools, notebook, { offer, fault: error });
  }

  /** Looks at the sources now, instead of when the next look is due. */
  checkNow(): void {
    this.#wish({ look: true });
  }

  /** Has the trial under way reverted, or the release that was committed not long ago. False when there is neither. */
  revert(word: string): boolean {
    const phase = this.#notebook.trial?.state.phase;
    if (phase === 'rehearsed' || phase === 'probation') this.#wish({ revertWord: word });
    else return this.fallBack({ reason: 'operator', message: `somebody wanted it: ${word}` });
    return true;
  }

  /** Has the door given back to the release before, in the aftercare after a commit. False when there is no way back. */
  fallBack(why: FallBackReason): boolean {
    const isPossible = this.#notebook.trial === undefined && this.#seen.aftercare?.backTo !== undefined;
    if (isPossible) this.#wish({ fallBack: why });
    return isPossible;
  }

  /** The owner agrees to a release file (`status.offer.file`), or with undefined no longer agrees to any. */
  agree(file: string | undefined): void {
    this.#wish({ consent: { file } });
  }

  /** The trials that were, oldest first. */
  async history(): Promise<readonly TrialHistory[]> {
    return (await this.#tools.recordFile.read()).history;
  }

  /** What it does now. */
  get status(): UpdateStatus {
    return this.#status;
  }

  /** Tells of every change of the status, until the returned function is called. */
  subscribe(listener: (status: UpdateStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #wish(wishes: Wishes): void {
    this.#wishes = { ...this.#wishes, ...wishes };
    this.#sleep.abort();
  }

  /** Between two steps, so that a wish and a step never write over each other. */
  async #hear(): Promise<void> {
    if (this.#sleep.signal.aborted) this.#sleep = new AbortController(); // It is heard now.
    const { consent } = this.#wishes;
    this.#notebook = withWishes(this.#notebook, this.#wishes);
    if (consent !== undefined) {
      const { agreedTo: _agreedTo, ...record } = await this.#tools.recordFile.read();
      await this.#tools.recordFile.write(consent.file === undefined ? record : { ...record, agreedTo: consent.file });
    }
    this.#wishes = {};
  }

  /** The process is to end: what is on trial goes first, and it is not its fault. */
  async #stop(): Promise<void> {
    await noteEnd(this.#tools);
    const { trial } = this.#notebook;
    if (trial === undefined || trial.state.phase === 'committed') return;
    const failure: TrialFailure = { reason: 'stopped', message: 'the incumbent was asked to stop', isItsFault: false };
    const notebook = await revertCandidate(this.#tools, this.#notebook, { trial, failure });
    const facts = await look(this.#tools, notebook);
    if (notebook.trial !== undefined)
      this.#notebook = await writeDown(this.#tools, notebook, { trial: notebook.trial, facts });
  }

  #show(step: UpdateStep, offer: Offer | undefined): void {
    const status = statusOf(this.#notebook, step, { ...this.#seen, offer });
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
    this.#status = status;
    for (const listener of this.#listeners) listener(status);
  }

  /** Between two parts of a long reading. Rejects when somebody wishes something. */
  async #breathe(): Promise<void> {
    await this.#tools.clock.sleep(breathMs, this.#sleep.signal);
    if (this.#sleep.signal.aborted) throw new ScrubInterrupted();
  }

  /** Ends early when somebody wishes something, or brings something. */
  async #rest(durationMs: number): Promise<void> {
    const { clock, sources } = this.#tools;
    const hasNear = sources.some(({ isNear }) => isNear);
    const untilMs = clock.uptimeMs() + durationMs;
    const before = this.#notebook.trial === undefined ? filesOf(this.#notebook) : undefined;
    let leftMs = durationMs;
    do {
      await clock.sleep(hasNear ? Math.min(leftMs, nearLookMs) : leftMs, this.#sleep.signal);
      leftMs = untilMs - clock.uptimeMs();
      if (hasNear && before !== undefined) this.#notebook = await lookNear(this.#tools, this.#notebook);
    } while (leftMs > 0 && !this.#sleep.signal.aborted && (before === undefined || filesOf(this.#notebook) === before));
    if (this.#sleep.signal.aborted) this.#sleep = new AbortController();
  }
}
