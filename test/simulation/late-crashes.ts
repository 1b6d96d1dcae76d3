/** A release that is committed and crashes then: what it does, what the service manager does, and how often that may be. */
import assert from 'node:assert/strict';
import { DiskFault } from '../../src/system/disk.ts';
import { fallBack } from '../../src/update/fall-back.ts';
import type { UpdateStep } from '../../src/update/update-state.ts';
import { failedStartsMax, type Life } from './known-life.ts';
import type { Nature } from './simulated-nature.ts';

/** What runs is the release of the story, and it is like this. */
function isOf({ release, door }: Life, running: string, nature: Nature): boolean {
  return running === release.version && door.nature === nature;
}

/** What runs does not come as far as a step. */
export function isFailingToStart(life: Life, running: string): boolean {
  return isOf(life, running, 'crashes-at-start');
}

/** After some times the service manager has another release named; it is started again in any case. */
export async function failToStart(life: Life): Promise<never> {
  const { machine, past } = life;
  const { disk: storage, places } = machine;
  const failedStarts = (past.failedStarts % failedStartsMax) + 1;
  life.past = { ...past, failedStarts };
  try {
    if (failedStarts === failedStartsMax) await fallBack({ storage, places, clock: machine });
  } catch (error) {
    if (!(error instanceof DiskFault)) throw error;
  }
  if (failedStarts === failedStartsMax && machine.isReadOnly) return machine.cut(); // Nobody answers: somebody switches it off and on.
  return machine.die();
}

/** It has served for a while. */
export function crashAfter(life: Life, running: string, step: UpdateStep): void {
  const { machine } = life;
  if (step.kind === 'wait' && isOf(life, running, 'crashes-later') && !machine.isReadOnly) machine.die();
}

/** A process has died. Crashes of what was committed are counted by the device too, as far as it can write them down. */
export function countCrash(life: Life, running: string): void {
  const { machine, past, settings, release } = life;
  if (running !== release.version || settings.watchHours === 0 || isFailingToStart(life, running)) return;
  const crashes = past.crashes + 1;
  life.past = { ...past, crashes };
  const crashesMax = settings.crashesMax + machine.cutsUsed + machine.faultsUsed;
  assert(crashes <= crashesMax, 'promise broken: what was committed crashes on and on, and nobody goes back');
}
