import { copyRelease } from '../release/copy-release.ts';
import { digestOf, type Manifest, manifestName, parseManifest } from '../release/manifest.ts';
import { readBack } from '../release/read-back.ts';
import { moveCurrent, readCurrent } from '../slot/current-link.ts';
import type { Places } from '../slot/places.ts';
import { otherSlot, type Slot } from '../slot/slot.ts';
import { markUnusable, markUsable, readMark, type SlotMark } from '../slot/slot-mark.ts';
import { endOfLeft, type ReleaseName, revertCommitted, type TrialRecord } from '../slot/trial-record.ts';
import { TrialRecordFile } from '../slot/trial-record-file.ts';
import type { Clock } from '../system/clock.ts';
import { DiskFault } from '../system/disk.ts';
import type { Storage } from '../system/storage.ts';

export type FallBackResult =
  | { readonly outcome: 'moved'; readonly to: Slot | 'factory'; readonly version: string }
  | { readonly outcome: 'refused'; readonly message: string };

/** What the fall-back is given. */
export interface FallBackParts {
  readonly storage: Storage;
  readonly places: Places;
  readonly clock: Clock;
  /** Something beside the slots was damaged, and is mended: the release that crashed is not to blame. */
  readonly isBlameless?: boolean;
  /** Why the way back is taken; a crash loop when nothing is said. */
  readonly why?: FallBackReason;
  /** What runs still rings: it is left for the release of the other slot, and not for the factory's. */
  readonly isOtherSlotOnly?: boolean;
}

export const fallBackReasons = ['crash-loop', 'health-lost', 'presses-unanswered', 'operator'] as const;

/** Why a committed release is left: for programs, and for people. */
export interface FallBackReason {
  readonly reason: (typeof fallBackReasons)[number];
  readonly message: string;
}

const crashLoop: FallBackReason = { reason: 'crash-loop', message: 'it ended again and again' };

/** What is so before anything is changed. */
interface Situation extends FallBackParts {
  /** The slot whose release crashed; undefined when the link is broken, or names the factory release. */
  readonly crashed: Slot | undefined;
  readonly recordFile: TrialRecordFile;
  readonly record: TrialRecord;
}

/**
 * After a crash loop of the committed release: names another one that is whole, and rejects the one that crashed. First
 * that of the other slot; never one that was itself rejected, so that there is no ping-pong. Then the factory release, as a
 * copy in the other slot, so that the device can still update; where it cannot be copied it serves from where it lies.
 */
export async function fallBack(parts: FallBackParts): Promise<FallBackResult> {
  const { storage, places } = parts;
  const crashed = await readCurrent(storage, places);
  const recordFile = new TrialRecordFile(storage, places);
  const situation: Situation = { ...parts, crashed, recordFile, record: await recordFile.read() };
  const refusals: string[] = [];
  for (const slot of await candidatesOf(situation)) {
    const judged = await judgeSlot(situation, slot);
    if (judged.outcome === 'refused') {
      refusals.push(judged.message);
      continue;
    }
    const { version } = judged.manifest;
    await condemn(situation, version);
    await moveCurrent(storage, places, slot);
    return { outcome: 'moved', to: slot, version };
  }
  return parts.isOtherSlotOnly === true ? refused(refusals) : fallBackToFactory(situation, refusals);
}

/** The release of the slot that is not committed, when the way back may lead there. Not a byte of it is run that was not read back just before. */
export async function readWayBack(parts: FallBackParts): Promise<Judged> {
  const crashed = await readCurrent(parts.storage, parts.places);
  if (crashed === undefined) return { outcome: 'refused', message: 'no slot is committed' };
  const recordFile = new TrialRecordFile(parts.storage, parts.places);
  return judgeSlot({ ...parts, crashed, recordFile, record: await recordFile.read() }, otherSlot(crashed));
}

/** Without a link that says what was committed, what the record knows as committed last comes first. */
async function candidatesOf({ storage, places, crashed, record }: Situation): Promise<readonly Slot[]> {
  if (crashed !== undefined) return [otherSlot(crashed)];
  const { newestCommitted } = record;
  const mark = await readMark(storage, places, 'b');
  const isB = mark.state === 'usable' && newestCommitted !== undefined && isSame(mark, newestCommitted);
  return isB ? ['b', 'a'] : ['a', 'b'];
}

export type Judged =
  | { readonly outcome: 'whole'; readonly manifest: Manifest }
  | { readonly outcome: 'refused'; readonly message: string };

async function judgeSlot({ storage, places, record }: Situation, slot: Slot): Promise<Judged> {
  const mark = await readMark(storage, places, slot);
  if (mark.state !== 'usable') return { outcome: 'refused', message: `slot ${slot} holds no release` };
  if (record.rejected.some((rejected) => isSame(rejected, mark)))
    return { outcome: 'refused', message: `${mark.version} in slot ${slot} was rejected before` };
  const read = await readWhole(storage, places.slot[slot]);
  if (read.outcome === 'whole' && !isSame(mark, { version: mark.version, digest: digestOf(read.manifest) }))
    return { outcome: 'refused', message: `slot ${slot} holds another release than its mark says` };
  return read;
}

/** The release in a directory, when every file of it is what its manifest says. */
async function readWhole(storage: Storage, directory: string): Promise<Judged> {
  const path = `${directory}/${manifestName}`;
  try {
    const bytes = await storage.read(path);
    if (bytes === undefined) return { outcome: 'refused', message: `there is no ${path}` };
    const manifest = parseManifest(bytes);
    if (typeof manifest === 'string') return { outcome: 'refused', message: `${path} is not well: ${manifest}` };
    const read = await readBack({ storage, directory, manifest });
    return read.outcome === 'whole' ? { outcome: 'whole', manifest } : { outcome: 'refused', message: read.message };
  } catch (error) {
    if (error instanceof DiskFault) return { outcome: 'refused', message: error.message }; // The card may be failing.
    throw error;
  }
}

/** The crashed release is not tried any more. One that the card has damaged is not to blame: its slot is. Either way the history tells it. */
async function condemn(situation: Situation, next: string): Promise<void> {
  const { storage, places, clock, crashed, recordFile, record, why = crashLoop } = situation;
  if (crashed === undefined) return;
  const mark = await readMark(storage, places, crashed);
  if (mark.state !== 'usable') return;
  const isTold = record.aftercare?.slot === crashed && endOfLeft(record)?.digest === mark.digest;
  if (isTold) return void (await recordFile.write(record)); // Then cut short: perhaps before its directory was synced.
  const isWhole = (await readWhole(storage, places.slot[crashed])).outcome === 'whole';
  if (!isWhole) await markUnusable(storage, places, crashed);
  const isToBlame = isWhole && situation.isBlameless !== true;
  const release = releaseIn(crashed, mark, record);
  const figures = figuresOf(record, release.digest);
  const because = isToBlame ? '' : ', because of what the card had damaged';
  const message = `${why.message}${because}; ${next} serves again`.slice(0, messageLettersMax);
  const end = { reason: why.reason, message, startedMs: clock.wallMs(), figures, isToBlame };
  await recordFile.write(revertCommitted(record, release, end));
}

const messageLettersMax = 2000;

/** As it was offered, so that the same offer is known again. */
function releaseIn(
  slot: Slot,
  { version, digest }: Extract<SlotMark, { state: 'usable' }>,
  { newestCommitted, aftercare }: TrialRecord,
): ReleaseName & { readonly file: string } {
  if (aftercare?.slot === slot && aftercare.digest === digest)
    return { version, digest, signed: aftercare.signed, file: aftercare.file };
  const signed = newestCommitted?.digest === digest ? newestCommitted.signed : 0;
  return { version, digest, signed, file: `slot-${slot}:${digest}` };
}

function figuresOf({ aftercare }: TrialRecord, digest: string): Readonly<Record<string, number>> {
  if (aftercare === undefined || aftercare.digest !== digest) return {};
  const { servedMs, crashes, powerCuts } = aftercare;
  return { servedMs, crashes: crashes.length, powerCuts };
}

async function fallBackToFactory(situation: Situation, refusals: readonly string[]): Promise<FallBackResult> {
  const { storage, places, crashed } = situation;
  const factory = await readWhole(storage, places.factory);
  if (factory.outcome === 'refused') return refused([...refusals, factory.message]);
  const { manifest } = factory;
  const { version } = manifest;
  const digest = digestOf(manifest);
  const mark = crashed === undefined ? undefined : await readMark(storage, places, crashed);
  const isFactory = mark?.state === 'usable' && isSame(mark, { version, digest });
  if (isFactory && crashed !== undefined && (await readWhole(storage, places.slot[crashed])).outcome === 'whole')
    return refused([...refusals, `the factory release ${version} is what ends again and again`]);
  await condemn(situation, version);
  const slot = crashed === undefined ? 'a' : otherSlot(crashed);
  try {
    await markUnusable(storage, places, slot);
    const copied = await copyRelease({ storage, manifest, from: places.factory, to: places.slot[slot] });
    if (copied.outcome === 'whole') {
      await markUsable(storage, places, { slot, version, digest });
      await moveCurrent(storage, places, slot);
      return { outcome: 'moved', to: slot, version };
    }
  } catch (error) {
    if (!(error instanceof DiskFault)) throw error;
  }
  await moveCurrent(storage, places, 'factory');
  return { outcome: 'moved', to: 'factory', version };
}

function refused(reasons: readonly string[]): FallBackResult {
  return { outcome: 'refused', message: `cannot fall back: ${reasons.join('; ')}` };
}

interface Named {
  readonly version: string;
  readonly digest: string;
}

/** A slot that was not written by the updater has no digest: its version tells it. */
function isSame(one: Named | Extract<SlotMark, { state: 'usable' }>, other: Named): boolean {
  return one.version === other.version && (one.digest === other.digest || one.digest === '' || other.digest === '');
}
