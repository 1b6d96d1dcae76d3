import assert from 'node:assert/strict';
import type { TrialRecord } from '../../src/slot/trial-record.ts';
import { otherSlot, type Slot } from '../../src/slot/slot.ts';
import type { UpdateStep } from '../../src/update/update-state.ts';
import { isBackDue, type Life, readRecord, releaseIn, releasesOf } from './known-life.ts';
import { lateNatures, type Nature } from './simulated-nature.ts';
import { isInWindow, judgeAllowed, judgeRotten } from './story-promises.ts';
import { damageOf, pathOf, type Placed, type TinyRelease } from './update-life-releases.ts';

/** What is known of a release; undefined until the one of the story was started first. */
function natureOf({ release, door }: Life, one = release): Nature | TinyRelease['flaw'] {
  return one.flaw ?? (one === release ? door.nature : 'good');
}

/** Only what was started and found good may be committed. */
function isWorthy(life: Life, one: TinyRelease): boolean {
  if (one === life.installed) return true;
  const nature = natureOf(life, one);
  return nature === 'good' || lateNatures.some((late) => late === nature);
}

/** Power-on finds a whole release that has proved itself, and never an older one than before. */
export function judgePowerOn(life: Life): { slot: Slot; version: string } {
  const { machine, installed } = life;
  const link = machine.disk.names.get(machine.places.current);
  assert(link?.kind === 'link', 'promise broken: power-on finds no link');
  assert(!life.hasRecord || readRecord(machine) !== undefined, 'promise broken: power-on finds no trial record');
  const slot = link.target === 'slots/a' ? 'a' : 'b';
  const directory = machine.places.slot[slot];
  const found = releaseIn(life, directory, life.past.rotten);
  assert(
    found !== undefined,
    `promise broken: power-on finds slot ${slot} damaged: ${damageOf(machine, directory, installed)}`,
  );
  assert(isWorthy(life, found), `promise broken: power-on starts a release that is ${natureOf(life, found)}`);
  const isBack = found.version < life.newestCommitted && found === installed && isBackDue(life);
  assert(
    found.version >= life.newestCommitted || isBack,
    `promise broken: power-on starts ${found.version} after ${life.newestCommitted}`,
  );
  assert(found === installed || !life.past.isBack, 'promise broken: what was left is started again');
  judgeRotten(life, directory, found);
  return { slot, version: found.version };
}

/** What is wrong with starting the release in this directory. */
export function judgeStart(life: Life, directory: string): string | undefined {
  const { machine, door } = life;
  const release = releaseIn(life, directory) ?? life.release;
  if (release.flaw === 'forged') return 'it was not signed';
  if (release.flaw === 'wrong-board') return 'it is for another board';
  if (release.version < life.newestCommitted) return judgeWayBack(life, directory, release);
  if (life.settings.consent === 'ask' && !life.beginning.isAgreed) return 'the household has not agreed';
  if (!isInWindow(life)) return 'it is not the time for it';
  const link = machine.disk.names.get(machine.places.current);
  if (link?.kind === 'link' && directory.endsWith(link.target)) return 'it lies in the committed slot';
  const damage = damageOf(machine, directory, release);
  if (damage !== undefined) return damage;
  if (readRecord(machine)?.underWay === undefined) return 'its attempt was not spent';
  // Each start more needs a cut or a fault that ended the one before, or the three attempts of one that takes the power.
  const startsMax = 1 + machine.cutsUsed + machine.faultsUsed + (door.nature === 'takes-the-power' ? 2 : 0);
  const starts = door.startsOf[release.version] ?? 0;
  return starts + 1 > startsMax ? 'it was tried before, and nothing interrupted it' : undefined;
}

/** What is wrong with starting the release before again. */
function judgeWayBack(life: Life, directory: string, release: TinyRelease): string | undefined {
  const { machine, installed, past } = life;
  if (release !== installed || !isBackDue(life)) return 'it is older than what is committed';
  if (past.backStarts > machine.cutsUsed + machine.faultsUsed)
    return 'it was started before, and nothing interrupted it';
  // On a disk that takes nothing any more it is tried again and again.
  if (!machine.isReadOnly) life.past = { ...past, backStarts: past.backStarts + 1 };
  return damageOf(machine, directory, release);
}

/** After every step. */
export function judgeStep(
  life: Life,
  step: UpdateStep,
  running: { readonly slot: Slot; readonly version: string },
): void {
  const { machine, door } = life;
  const link = machine.disk.names.get(machine.places.current);
  assert(link?.kind === 'link', 'promise broken: the link is gone');
  if (step.kind === 'settle' || step.kind === 'commit')
    life.newestCommitted = readRecord(machine)?.newestCommitted?.version ?? life.newestCommitted;
  const durable = machine.disk.content.durable.get(machine.places.current);
  const isSettled = durable?.kind === 'link' && durable.target === `slots/${running.slot}`;
  if (isSettled && running.version < life.newestCommitted && !life.past.isBack)
    life.past = { ...life.past, isBack: true };
  life.hasRecord ||= step.kind === 'rehearse' && readRecord(machine)?.underWay !== undefined;
  if (link.target !== `slots/${running.slot}`) {
    const found = releaseIn(life, machine.places.slot[otherSlot(running.slot)]);
    // A bit that rots after the commit is for the next start to find; a fault says when that may be.
    assert(found !== undefined || machine.faultsUsed > 0, 'promise broken: the link names a damaged slot');
    const isFit = found === undefined || isWorthy(life, found);
    assert(isFit, `promise broken: the link names a release that is ${natureOf(life, found)}`);
  }
  if (step.kind === 'wait' && step.reason !== 'pause') {
    assert(door.isIncumbentServing, 'promise broken: it waits, and nobody answers the door');
    assert(door.hasModels, 'promise broken: it waits, and nobody knows faces');
    assert(door.candidate?.isAlive !== true, 'promise broken: a candidate is left behind');
  }
  for (const one of life.placed)
    if (one.at === 'stick') assert(isThere(life, one), 'promise broken: a file on the stick of its owner is gone');
  judgeAllowed(life, step);
}

function isThere({ machine }: Life, one: Placed): boolean {
  return machine.disk.names.has(pathOf(machine, one));
}

/** Somebody wanted the trial reverted before this step was chosen: it is not watched on, and never committed. */
export function judgeWord(step: UpdateStep, wasCommitted: boolean): void {
  const isIgnored = step.kind === 'judge' || step.kind === 'hand-over' || (step.kind === 'commit' && !wasCommitted);
  assert(!isIgnored, `promise broken: the word to revert was heard, and the next step is to ${step.kind}`);
}

/** Where it must have come to. */
export function judgeRest(life: Life, version: string): void {
  const { machine, door, release } = life;
  const record = readRecord(machine);
  assert(record !== undefined, 'promise broken: the trial record is gone');
  assert(record.underWay === undefined, 'promise broken: a trial is under way for ever');
  const { newestCommitted } = record;
  const isKnown =
    newestCommitted?.version === version || (life.past.isBack && newestCommitted?.version === release.version);
  assert(isKnown, 'promise broken: the record does not know what is committed');
  assert(
    door.isIncumbentServing && door.candidate?.isAlive !== true,
    'promise broken: the door is not answered by the incumbent',
  );
  for (const one of life.placed)
    if (one.at === 'pushed') assert(!isThere(life, one), 'promise broken: a pushed file lies there for ever');
  judgeGoodEnd(life, version, record);
  const nature = natureOf(life);
  if (nature === 'good' || nature === undefined || release.flaw !== undefined) return;
  assert(version !== release.version, `promise broken: it runs a release that is ${nature}`);
  assert(
    record.rejected.some(({ digest }) => digest === release.signed.digest),
    `promise broken: a release that is ${nature} is not remembered`,
  );
  const isTold = record.history.some(({ outcome, reason }) => outcome !== 'committed' && reason !== '');
  assert(isTold, 'promise broken: the reason of a revert is not stored');
}

/** The newest good release is reached, but for bad luck. */
function judgeGoodEnd(life: Life, version: string, { rejected }: TrialRecord): void {
  const { machine, wordGiven, wasKilled, past } = life;
  const isGood = (one: TinyRelease): boolean =>
    (natureOf(life, one) ?? 'good') === 'good' &&
    (one === life.installed || life.placed.some((placed) => placed.release === one && placed.fault === undefined));
  const good = releasesOf(life).filter(isGood);
  const best = good
    .map((one) => one.version)
    .toSorted()
    .at(-1);
  const isRejected = rejected.some(({ digest }) => good.some(({ signed }) => signed.digest === digest));
  const isUnwanted = wordGiven || past.consent?.isGiven === false;
  assert(version === best || isUnwanted || isRejected, 'promise broken: a good release waits and is not reached');
  // Killed by the machine, reverted by a word, or three times cut short: else a good release is never rejected.
  const isExcused = wordGiven || wasKilled || machine.cutsUsed + machine.faultsUsed >= 3;
  assert(isExcused || !isRejected, 'promise broken: a good release is rejected');
}
