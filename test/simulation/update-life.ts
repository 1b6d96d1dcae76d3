import assert from 'node:assert/strict';
import { otherSlot } from '../../src/slot/slot.ts';
import { TrialRecordFile } from '../../src/slot/trial-record-file.ts';
import type { Log } from '../../src/system/log.ts';
import { type Notebook, withWishes } from '../../src/update/notebook.ts';
import type { UpdateSource } from '../../src/update/offer.ts';
import { Updater } from '../../src/update/update.ts';
import type { UpdateParts } from '../../src/update/update-parts.ts';
import type { UpdateStep } from '../../src/update/update-state.ts';
import type { Choices } from './choices.ts';
import { type Budget, PowerCut, ProcessDied, SimulatedMachine } from './simulated-machine.ts';
import { copyOf } from './simulated-machine-disk.ts';
import { SimulatedDoor } from './simulated-door.ts';
import { sourcesOf } from './update-sources.ts';
import { deepActs } from './update-life-deep.ts';
import { type Life, noPast, releaseIn, releasesOf } from './known-life.ts';
import { countCrash, crashAfter, failToStart, isFailingToStart } from './late-crashes.ts';
import type { Moment, ProcessSoFar } from './moment.ts';
import { answerQuestion, beginStep, judgeMended, spoil, takeConsentBack } from './story-promises.ts';
import { settingsOf } from './story-settings.ts';
import { prepare, quickActs } from './update-life-releases.ts';
import { judgePowerOn, judgeRest, judgeStart, judgeStep, judgeWord } from './update-promises.ts';
import { installedIn, placedOf, releaseOf, type Story } from './update-stories.ts';

const livesMax = 40;
const stepsMax = 120;
/** It rests when it has waited for the next look so often: that a rejected release is not tried again is seen then. */
const restsNeeded = 3;
/** Steps that change nothing. */
const isIdle: ReadonlySet<string> = new Set(['wait', 'check', 'verify', 'set-aside', 'scrub']);
const word = 'I do not like it';
const wordBack = { reason: 'operator', message: `somebody wanted it: ${word}` } as const;
const longPauseMs = 300_000;
const dayMs = 24 * 60 * 60_000;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, named: () => silent };
/** One device of a story, lived through step by step. It can be put back to any moment between two steps. */
export class Device {
  readonly machine: SimulatedMachine;
  readonly #story: Story;
  readonly #life: Life;
  readonly #sources: readonly UpdateSource[];
  /** Versions that are offered again and again, and never to be had. */
  readonly #hopeless: ReadonlySet<string>;
  /** What each content of the trial record says is found out once. */
  readonly #recordFiles = new WeakMap<object, TrialRecordFile>();
  #updater: Updater | undefined;
  #process: ProcessSoFar = { slot: 'a', version: '', steps: 0, rests: 0, lives: 0, wordWaiting: undefined };

  constructor(choices: Choices, budget: Budget, story: Story) {
    const release = releaseOf(story);
    const machine = new SimulatedMachine(choices, budget, story.hazards);
    const placed = placedOf(story);
    const { installed, before } = installedIn(story);
    prepare(machine, { installed, before, placed, hasFactory: story.hasFactory === true });
    this.machine = machine;
    this.#story = story;
    const door = new SimulatedDoor(machine, {
      natures: story.natures,
      version: release.version,
      versionIn: (directory) => releaseIn(this.#life, directory)?.version ?? release.version,
      judgeStart: (directory) => judgeStart(this.#life, directory),
    });
    this.#life = {
      machine, door, settings: settingsOf(story), installed, before, release, placed, past: noPast,
      beginning: { wallMs: 0, isAgreed: false, wasCommitted: false },
      newestCommitted: installed.version, hasRecord: before !== undefined, wordGiven: false, wasKilled: false, steps: 0, isOver: false,
    }; // prettier-ignore
    this.#sources = sourcesOf(machine, story);
    const hopeless = placed.filter(({ release, fault }) => (release.flaw ?? fault) !== undefined);
    this.#hopeless = new Set(hopeless.map(({ release, says }) => says ?? release.version));
    machine.onTime = (fault) => this.#meet(fault);
    machine.powerOn();
    this.#startProcess();
  }

  get isOver(): boolean {
    return this.#life.isOver;
  }

  /** Of the release that runs. */
  get version(): string {
    return this.#process.version;
  }

  /** How many trials of each version were begun. */
  get startsOf(): Readonly<Record<string, number>> {
    return this.#life.door.startsOf;
  }

  /** True when nothing is left to chance: the mains, the machine and the release can do nothing unexpected any more. */
  get isDecided(): boolean {
    const { cuts, faults, isReadOnly } = this.machine.state;
    const { nature } = this.#life.door;
    return cuts + faults === 0 && !isReadOnly && nature !== undefined && nature !== 'takes-the-power';
  }

  /** One step, and when the process ends in it, the start of the next one. Rejects with the promise that was broken. */
  async takeStep(): Promise<void> {
    const { machine } = this;
    try {
      if (await this.#live()) return;
      machine.startProcess(); // The candidate is the incumbent now; had it died, the service manager starts what the link names.
    } catch (error) {
      if (!(error instanceof PowerCut) && !(error instanceof ProcessDied)) throw error;
      if (error instanceof ProcessDied) countCrash(this.#life, this.version);
      if (error instanceof PowerCut) machine.losePower();
      if (error instanceof PowerCut) machine.powerOn();
      else machine.startProcess();
    }
    assert(machine.brokenPromise === undefined, `promise broken: ${machine.brokenPromise}`);
    this.#startProcess();
  }

  /** One step of the process; false when it left the door to the candidate. */
  async #live(): Promise<boolean> {
    const { machine } = this;
    const life = this.#life;
    const process = this.#process;
    assert(this.#updater !== undefined, 'no process runs');
    process.steps += 1;
    assert(process.steps <= stepsMax, 'promise broken: it does not rest within its steps');
    holdLease(life, this.#story);
    if (isFailingToStart(life, process.version)) return failToStart(life);
    const { wordWaiting } = process;
    life.beginning = beginStep(life, this.#updater, isCommitted(machine, process.slot));
    process.wordWaiting = undefined;
    const taken = await this.#updater.takeStep();
    life.steps += 1;
    if (wordWaiting !== undefined) judgeWord(taken, life.beginning.wasCommitted);
    judgeStep(life, taken, process);
    assert(machine.brokenPromise === undefined, `promise broken: ${machine.brokenPromise}`);
    if (taken.kind === 'leave') return false;
    answerQuestion(life, taken, this.#updater.status);
    crashAfter(life, process.version, taken);
    if (this.#isResting(taken, this.#updater.notebook) || (machine.isReadOnly && taken.kind === 'wait'))
      process.rests += 1;
    else if (!isIdle.has(taken.kind)) process.rests = 0;
    if (process.rests >= restsNeeded) {
      if (machine.isReadOnly) restart(life); // Somebody sees that nothing is kept any more.
      life.isOver = true;
      judgeRest(life, process.version);
      judgeMended(life, process.slot, this.#updater.notebook);
    }
    return true;
  }

  /** What passes soon is no rest, and a good release that was set aside has its turn again. */
  #isResting(step: UpdateStep, { aside }: Notebook): boolean {
    if (step.kind !== 'wait') return false;
    if (step.reason === 'pause') return step.durationMs >= longPauseMs;
    if (step.reason === 'set-aside')
      return aside.every(({ isLasting, version = '' }) => isLasting || this.#hopeless.has(version));
    if (step.reason === 'consent') return this.#life.past.consent?.isGiven === false;
    return step.reason === 'nothing-new' || step.reason === 'rejected' || step.reason === 'not-newer';
  }

  #startProcess(): void {
    const lives = this.#process.lives + 1;
    assert(lives <= livesMax, 'promise broken: it never rests');
    this.#process = { ...judgePowerOn(this.#life), steps: 0, rests: 0, lives, wordWaiting: undefined };
    this.#life.door.beginLife();
    this.#updater = this.#makeUpdater();
  }

  #meet(fault: string): void {
    const { machine } = this;
    const { slot } = this.#process;
    const own = machine.places.slot[slot];
    const { settings, release } = this.#life;
    const isWayBack = settings.watchHours > 0 && this.version === release.version; // Without one it stays.
    const other = machine.places.slot[otherSlot(slot)];
    if (fault === 'rot' && !isWayBack && !isCommitted(machine, slot)) machine.disk.rot(`${other}/app`);
    if (fault.startsWith('rot') || fault.startsWith('unreadable')) this.#process.rests = 0; // The next reading shows it.
    if (fault === 'rot-program') spoil(this.#life, `${own}/app`, 'rot');
    if (fault === 'rot-manifest') spoil(this.#life, `${own}/manifest.json`, 'rot');
    if (fault === 'unreadable-program') spoil(this.#life, `${own}/app`, 'spoil');
    if (fault === 'consent-withdrawn') takeConsentBack(this.#life);
    if (fault === 'revert-word') this.#speak();
    if (fault !== 'candidate-killed') return;
    this.#life.wasKilled = true;
    this.#life.door.candidate?.kill('signal SIGKILL');
  }

  #speak(): void {
    assert(this.#updater !== undefined, 'no process runs');
    const phase = this.#updater.notebook.trial?.state.phase;
    if (!this.#updater.revert(word)) return;
    this.#life.wordGiven = true;
    this.#process.wordWaiting = phase === 'rehearsed' || phase === 'probation' ? 'trial' : 'way-back';
  }

  /** To be looked at: it changes with the device. */
  get moment(): Moment {
    assert(this.#updater !== undefined, 'no process runs');
    const { newestCommitted, hasRecord, wordGiven, wasKilled, steps, door, past, settings } = this.#life;
    const { notebook, unheard } = this.#updater;
    return {
      disk: this.machine.disk.content,
      machine: this.machine.state,
      door: door.remember(),
      life: {
        newestCommitted,
        hasRecord,
        wordGiven,
        wasKilled,
        past,
        steps: Math.min(steps, 1 + (this.#story.leaseSteps ?? 0)),
      },
      timeOfDayMs: settings.window === '' ? 0 : this.machine.wallMs() % dayMs,
      process: this.#process,
      notebook,
      consent: unheard.consent,
    };
  }
  /** To be kept. */
  remember(): Moment {
    const { moment } = this;
    return {
      ...moment,
      disk: copyOf(moment.disk),
      machine: { ...moment.machine },
      process: { ...moment.process },
    };
  }

  async goOnFrom({ disk, machine, door, life, process, notebook, consent }: Moment, choices: Choices): Promise<void> {
    this.machine.choices = choices;
    this.machine.disk.goOnFrom(disk);
    this.machine.goOnFrom(machine);
    this.#life.door.goOnFrom(door);
    Object.assign(this.#life, life, { isOver: false });
    this.#process = { ...process };
    const { wordWaiting } = process;
    const said = wordWaiting === 'trial' ? { revertWord: word } : { fallBack: wordBack };
    this.#updater = this.#makeUpdater(wordWaiting === undefined ? notebook : withWishes(notebook, said));
    if (consent !== undefined) this.#updater.agree(consent.file);
  }

  #recordFile(): TrialRecordFile {
    const { disk, places } = this.machine;
    const node = disk.names.get(places.trialRecords[0] ?? '');
    const content = node?.kind === 'file' ? node.latest : this;
    const known = this.#recordFiles.get(content) ?? new TrialRecordFile(disk, places);
    this.#recordFiles.set(content, known);
    return known;
  }

  #makeUpdater(notebook?: Notebook): Updater {
    const { machine } = this;
    const { slot, version } = this.#process;
    const { deep } = this.#story;
    const { door, settings } = this.#life;
    const parts: UpdateParts = {
      storage: machine.disk,
      places: machine.places,
      clock: machine,
      random: { fraction: () => 0, id: () => 'trial' },
      processes: machine,
      candidates: door,
      duty: door,
      resources: { memory: () => ({ totalBytes: 4e9, availableBytes: 2e9, ownBytes: 1e8 }) },
      releases: deep === undefined ? quickActs(machine, releasesOf(this.#life)) : deepActs(machine, version),
      sources: this.#sources,
      settings,
      running: { slot, version },
      log: silent,
    };
    return new Updater(parts, notebook, this.#recordFile());
  }
}

/** One device from its first power-on until it rests. Rejects with the promise that was broken. */
export async function liveThrough(choices: Choices, budget: Budget, story: Story): Promise<void> {
  const device = new Device(choices, budget, story);
  while (!device.isOver) await device.takeStep();
}

/** Somebody switches it off and on: until then it has answered the door. */
function restart({ door, machine }: Life): never {
  assert(door.isAnswered, 'promise broken: on a disk that takes nothing any more nobody answers the door');
  return machine.cut();
}

/** From the commit on, a bit that rots is for the next release to mend. */
function isCommitted({ disk, places }: SimulatedMachine, running: string): boolean {
  const link = disk.names.get(places.current);
  return link?.kind === 'link' && link.target !== `slots/${running}`;
}

function holdLease({ machine, steps }: Life, { leaseSteps = 0 }: Story): void {
  const { disk, places } = machine;
  if (leaseSteps === 0 || steps > leaseSteps) return;
  machine.isLeaseOthers = steps < leaseSteps;
  if (steps === 0) disk.seedLink(places.lease, '1:7:boot-1');
  if (steps === leaseSteps) disk.names.delete(places.lease);
}
