import assert from 'node:assert/strict';
import Value from 'typebox/value';
import { gateSection, type UpdateSettings, updateSection } from '../../src/settings/update-settings.ts';
import type { Slot } from '../../src/slot/slot.ts';
import { TrialRecordFile } from '../../src/slot/trial-record-file.ts';
import type { Log } from '../../src/system/log.ts';
import type { Notebook } from '../../src/update/notebook.ts';
import type { UpdateSource } from '../../src/update/offer.ts';
import { Updater } from '../../src/update/update.ts';
import type { UpdateParts } from '../../src/update/update-parts.ts';
import type { UpdateStep } from '../../src/update/update-state.ts';
import type { Choices } from './choices.ts';
import { type Budget, type MachineState, PowerCut, ProcessDied, SimulatedMachine } from './simulated-machine.ts';
import { copyOf, type RememberedDisk } from './simulated-machine-disk.ts';
import { type RememberedDoor, SimulatedDoor } from './simulated-door.ts';
import { sourcesOf } from './update-sources.ts';
import { deepActs } from './update-life-deep.ts';
import { prepare, quickActs, releasesUrl } from './update-life-releases.ts';
import { judgePowerOn, judgeRest, judgeStart, judgeStep, judgeWord, type Life, releaseIn } from './update-promises.ts';
import { installed, placedOf, releaseOf, type Story } from './update-stories.ts';

const livesMax = 40;
const stepsMax = 120;
/** It rests when it has waited for the next look so often: that a rejected release is not tried again is seen then. */
const restsNeeded = 3;
/** Steps that change nothing. */
const isIdle: ReadonlySet<string> = new Set(['wait', 'check', 'verify', 'set-aside']);
const word = 'I do not like it';
const longPauseMs = 300_000;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, named: () => silent };
const settings: UpdateSettings = {
  timeZone: 'UTC',
  ...Value.Create(updateSection),
  sourceUrl: releasesUrl,
  checkIntervalMinutes: 5,
  probationMinutes: 0.02,
  watchHours: 0, // A second release comes within the hour; the way back has tests of its own.
  memory: 'warm',
  gate: { ...Value.Create(gateSection), heartbeatMsMax: 600, framesSilentMsMax: 600, requestsMin: 3 },
};

/** A process of the incumbent, from its start to its end: by the mains, by itself, or because it rests. */
export interface ProcessSoFar {
  readonly slot: Slot;
  readonly version: string;
  steps: number;
  rests: number;
  /** The how manieth process it is. */
  readonly lives: number;
  /** Somebody spoke, and the updater has not heard it yet. */
  isWordWaiting: boolean;
}

/** A device between two steps: everything that decides how it goes on. */
export interface Moment {
  readonly disk: RememberedDisk;
  readonly machine: Readonly<MachineState>;
  readonly door: RememberedDoor;
  readonly life: Pick<Life, 'newestCommitted' | 'hasRecord' | 'wordGiven' | 'wasKilled' | 'steps'>;
  readonly process: Readonly<ProcessSoFar>;
  readonly notebook: Notebook;
}

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
  #process: ProcessSoFar = { slot: 'a', version: '', steps: 0, rests: 0, lives: 0, isWordWaiting: false };

  constructor(choices: Choices, budget: Budget, story: Story) {
    const release = releaseOf(story);
    const machine = new SimulatedMachine(choices, budget);
    const placed = placedOf(story);
    prepare(machine, { installed, placed });
    this.machine = machine;
    this.#story = story;
    const door = new SimulatedDoor(machine, {
      natures: story.natures,
      version: release.version,
      versionIn: (directory) => releaseIn(this.#life, directory)?.version ?? release.version,
      judgeStart: (directory) => judgeStart(this.#life, directory),
    });
    this.#life = {
      machine, door, installed, release, placed,
      newestCommitted: installed.version, hasRecord: false, wordGiven: false, wasKilled: false, steps: 0, isOver: false,
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

  /** How many trials were begun. */
  get starts(): number {
    return Object.values(this.#life.door.startsOf).reduce((sum, starts) => sum + starts, 0);
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
    const { isWordWaiting } = process;
    const wasCommitted = isCommitted(machine, process.slot);
    process.isWordWaiting = false;
    const taken = await this.#updater.takeStep();
    life.steps += 1;
    if (isWordWaiting) judgeWord(taken, wasCommitted);
    judgeStep(life, taken, process.slot);
    assert(machine.brokenPromise === undefined, `promise broken: ${machine.brokenPromise}`);
    if (taken.kind === 'leave') return false;
    if (this.#isResting(taken, this.#updater.notebook) || (machine.isReadOnly && taken.kind === 'wait'))
      process.rests += 1;
    else if (!isIdle.has(taken.kind)) process.rests = 0;
    if (process.rests >= restsNeeded) {
      if (machine.isReadOnly) restart(life); // Somebody sees that nothing is kept any more.
      life.isOver = true;
      judgeRest(life, process.version);
    }
    return true;
  }

  /** What passes soon is no rest, and a good release that was set aside has its turn again. */
  #isResting(step: UpdateStep, { aside }: Notebook): boolean {
    if (step.kind !== 'wait') return false;
    if (step.reason === 'pause') return step.durationMs >= longPauseMs;
    if (step.reason === 'set-aside')
      return aside.every(({ isLasting, version = '' }) => isLasting || this.#hopeless.has(version));
    return step.reason === 'nothing-new' || step.reason === 'rejected' || step.reason === 'not-newer';
  }

  #startProcess(): void {
    const lives = this.#process.lives + 1;
    assert(lives <= livesMax, 'promise broken: it never rests');
    this.#process = { ...judgePowerOn(this.#life), steps: 0, rests: 0, lives, isWordWaiting: false };
    this.#life.door.beginLife();
    this.#updater = this.#makeUpdater();
  }

  #meet(fault: string): void {
    const { machine } = this;
    const { slot } = this.#process;
    const other = slot === 'a' ? 'b' : 'a';
    if (fault === 'rot' && !isCommitted(machine, slot)) machine.disk.rot(`${machine.places.slot[other]}/app`);
    if (fault === 'revert-word' && this.#updater?.revert(word) === true)
      this.#life.wordGiven = this.#process.isWordWaiting = true;
    if (fault !== 'candidate-killed') return;
    this.#life.wasKilled = true;
    this.#life.door.candidate?.kill('signal SIGKILL');
  }

  /** To be looked at: it changes with the device. */
  get moment(): Moment {
    assert(this.#updater !== undefined, 'no process runs');
    const { newestCommitted, hasRecord, wordGiven, wasKilled, steps, door } = this.#life;
    const { notebook } = this.#updater;
    return {
      disk: this.machine.disk.content,
      machine: this.machine.state,
      door: door.remember(),
      life: {
        newestCommitted,
        hasRecord,
        wordGiven,
        wasKilled,
        steps: Math.min(steps, 1 + (this.#story.leaseSteps ?? 0)),
      },
      process: this.#process,
      notebook,
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

  async goOnFrom({ disk, machine, door, life, process, notebook }: Moment, choices: Choices): Promise<void> {
    this.machine.choices = choices;
    this.machine.disk.goOnFrom(disk);
    this.machine.goOnFrom(machine);
    this.#life.door.goOnFrom(door);
    Object.assign(this.#life, life, { isOver: false });
    this.#process = { ...process };
    this.#updater = this.#makeUpdater(notebook);
    if (process.isWordWaiting) this.#updater.revert(word);
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
    const { memory, deep } = this.#story;
    const { door } = this.#life;
    const parts: UpdateParts = {
      storage: machine.disk,
      places: machine.places,
      clock: machine,
      random: { fraction: () => 0, id: () => 'trial' },
      processes: machine,
      candidates: door,
      duty: door,
      resources: { memory: () => ({ totalBytes: 4e9, availableBytes: 2e9, ownBytes: 1e8 }) },
      releases:
        deep === undefined
          ? quickActs(machine, [this.#life.installed, ...this.#life.placed.map((one) => one.release)])
          : deepActs(machine, version),
      sources: this.#sources,
      settings: memory === undefined ? settings : { ...settings, memory },
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
