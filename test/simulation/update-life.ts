import assert from 'node:assert/strict';
import Value from 'typebox/value';
import type { Log } from '../../src/system/log.ts';
import { HttpSource } from '../../src/update/http-source.ts';
import { Updater } from '../../src/update/update.ts';
import { gateSection, type UpdateSettings, updateSection } from '../../src/settings/update-settings.ts';
import type { UpdateStep } from '../../src/update/update-state.ts';
import type { Choices } from './choices.ts';
import { type Budget, PowerCut, ProcessDied, SimulatedMachine } from './simulated-machine.ts';
import { type Nature, SimulatedDoor } from './simulated-machine-stage.ts';
import { deepActs } from './update-life-deep.ts';
import { install, quickActs, sha256, type TinyRelease, tinyRelease } from './update-life-releases.ts';
import { judgePowerOn, judgeRest, judgeStart, judgeStep, type Life } from './update-promises.ts';

/** A story: what the release on offer is like, and who else is there. */
export interface Story {
  readonly nature: Nature;
  /** A process that lives holds the lease until this many steps were taken. */
  readonly leaseSteps?: number;
  readonly memory?: 'warm' | 'cold';
  /** A real release file, and the real code of release/ for everything: slower, so only where it is asked for. */
  readonly deep?: TinyRelease;
}

export const stories: readonly Story[] = [
  { nature: 'good' },
  { nature: 'good', memory: 'cold' },
  { nature: 'good', leaseSteps: 3 },
  ...([
    'not-starting', 'never-ready', 'liar', 'wrong-names', 'blind', 'hangs-at-take-over', 'crashes', 'hangs', 'leaks',
    'unhealthy', 'fails-requests', 'no-frames', 'takes-the-power', 'forged', 'older',
  ] as const).map((nature) => ({ nature })),
]; // prettier-ignore

const livesMax = 40;
const stepsMax = 120;
/** It rests when it has waited for the next look so often: that a rejected release is not tried again is seen then. */
const restsNeeded = 3;
const longPauseMs = 300_000;
const url = 'https://releases.example/';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, named: () => silent };
const settings: UpdateSettings = {
  ...Value.Create(updateSection),
  sourceUrl: url,
  checkIntervalMinutes: 5,
  probationMinutes: 0.02,
  memory: 'warm',
  gate: { ...Value.Create(gateSection), heartbeatMsMax: 600 },
};

/** The releases never change: made once for all lives. */
const installed = tinyRelease('1.0.0', 'good');
const offered = new Map<Nature, TinyRelease>();
function offeredRelease(nature: Nature): TinyRelease {
  const made = offered.get(nature) ?? tinyRelease(nature === 'older' ? '0.9.0' : '2.0.0', nature);
  offered.set(nature, made);
  return made;
}

/** One device from its first power-on until it rests. Rejects with the promise that was broken. */
export async function liveThrough(choices: Choices, budget: Budget, story: Story): Promise<void> {
  const release = story.deep ?? offeredRelease(story.nature);
  const machine = new SimulatedMachine(choices, { ...budget });
  prepare(machine, release);
  const door = new SimulatedDoor(machine, {
    nature: story.nature,
    version: release.version,
    judgeStart: (directory) => judgeStart(life, directory),
  });
  const life: Life = {
    machine,
    door,
    installed,
    release,
    newestCommitted: installed.version,
    hasRecord: false,
    wordGiven: false,
    steps: 0,
    isOver: false,
  };
  machine.powerOn();
  for (let count = 0; !life.isOver; count += 1) {
    assert(count < livesMax, 'promise broken: it never rests');
    try {
      await liveOnce(life, story);
    } catch (error) {
      if (!(error instanceof PowerCut) && !(error instanceof ProcessDied)) throw error;
      if (error instanceof PowerCut) machine.losePower();
      if (error instanceof PowerCut) machine.powerOn();
      else machine.startProcess();
    }
    assert(machine.brokenPromise === undefined, `promise broken: ${machine.brokenPromise}`);
  }
}

function prepare(machine: SimulatedMachine, release: TinyRelease): void {
  const { disk, places, server } = machine;
  for (const directory of ['/opt', '/var', places.slots, places.incoming]) disk.seedDirectory(directory);
  install(machine, places.slot.a, installed);
  disk.seedLink(places.current, 'slots/a');
  const entry = {
    version: release.nature === 'older' ? '3.0.0' : release.version,
    file: 'two.release',
    bytes: release.file.length,
  };
  const index = { format: 1, releases: [{ ...entry, sha256: sha256(release.file) }] };
  server.set(`${url}index.json`, new TextEncoder().encode(JSON.stringify(index)));
  server.set(`${url}two.release`, release.file);
}

/** One process, from its start to its end: by the mains, by itself, or because it rests. */
async function liveOnce(life: Life, story: Story): Promise<void> {
  const { machine, door } = life;
  const { slot, version } = judgePowerOn(life);
  door.beginLife();
  const updater = makeUpdater(life, story, { slot, version });
  machine.onTime = (fault) => {
    if (fault === 'rot' && !isCommitted(machine, slot))
      machine.disk.rot(`${machine.places.slot[slot === 'a' ? 'b' : 'a']}/app`);
    if (fault === 'revert-word' && updater.revert('I do not like it')) life.wordGiven = true;
    if (fault === 'candidate-killed') door.candidate?.kill('signal SIGKILL');
  };
  let rests = 0;
  for (let step = 0; step < stepsMax; step += 1) {
    holdLease(life, story);
    const taken = await updater.takeStep();
    life.steps += 1;
    judgeStep(life, taken, slot);
    assert(machine.brokenPromise === undefined, `promise broken: ${machine.brokenPromise}`);
    if (taken.kind === 'leave') return handStageOn(life);
    if (isResting(taken)) rests += 1;
    else if (taken.kind !== 'wait' && taken.kind !== 'check' && taken.kind !== 'verify') rests = 0;
    if (rests >= restsNeeded) {
      life.isOver = true;
      return judgeRest(life, version);
    }
  }
  throw new Error('promise broken: it does not rest within its steps');
}

/** A pause grows while a source offers nothing but what is refused. */
function isResting(step: UpdateStep): boolean {
  if (step.kind !== 'wait') return false;
  if (step.reason === 'pause') return step.durationMs >= longPauseMs;
  return step.reason === 'nothing-new' || step.reason === 'rejected' || step.reason === 'not-newer';
}

/** From the commit on, a bit that rots is for the next release to mend. */
function isCommitted({ disk, places }: SimulatedMachine, running: string): boolean {
  const link = disk.names.get(places.current);
  return link?.kind === 'link' && link.target !== `slots/${running}`;
}

/** The candidate is the incumbent now; if it died in the meantime, the service manager starts what the link names. */
function handStageOn({ machine }: Life): void {
  machine.startProcess();
}

function holdLease({ machine, steps }: Life, { leaseSteps = 0 }: Story): void {
  const { disk, places } = machine;
  if (leaseSteps === 0 || steps > leaseSteps) return;
  machine.isLeaseOthers = steps < leaseSteps;
  if (steps === 0) disk.seedLink(places.lease, '1:7:boot-1');
  if (steps === leaseSteps) disk.names.delete(places.lease);
}

function makeUpdater(
  { machine, door, release }: Life,
  story: Story,
  running: { slot: 'a' | 'b'; version: string },
): Updater {
  const network = new HttpSource(machine, { url, architecture: 'linux-x64', releaseBytesMax: 1e6 });
  return new Updater({
    storage: machine.disk,
    places: machine.places,
    clock: machine,
    random: { fraction: () => 0, id: () => 'trial' },
    processes: machine,
    candidates: door,
    stage: door,
    resources: { memory: () => ({ totalBytes: 4e9, availableBytes: 2e9, ownBytes: 1e8 }) },
    releases: story.deep === undefined ? quickActs(machine, release) : deepActs(machine, running.version),
    sources: [network],
    settings: story.memory === undefined ? settings : { ...settings, memory: story.memory },
    running,
    log: silent,
  });
}
