import { moveCurrent } from '../slot/current-link.ts';
import { markUsable, readMark } from '../slot/slot-mark.ts';
import type { Slot } from '../slot/slot.ts';
import {
  cancelTrial, commitTrial, interruptTrial, isUnderWay, newAftercare, type TrialRecord, withoutAftercare,
} from '../slot/trial-record.ts'; // prettier-ignore
import { beginLife, endLife, type LifeNow, type Aftercare } from '../slot/aftercare.ts';
import type { UpdateTools } from './update-parts.ts';
import { compareVersions } from '../release/version.ts';

/**
 * Once in each life: finishes in the record what an earlier life left open. The link is the truth: a trial whose slot it
 * names was committed; any other that is still under way was cut short, and that is counted.
 */
export async function settle(tools: UpdateTools, record: TrialRecord, committed: Slot | undefined): Promise<void> {
  const { storage, places, running, recordFile } = tools;
  if (committed === undefined) await moveCurrent(storage, places, running.slot);
  // The life before may have ended between moving the link and its sync: what the record says must not be undone by a cut.
  else await storage.syncDirectory(places.root);
  const mark = await readMark(storage, places, running.slot);
  // What runs by the committed link has proved itself: the fall-back may use it later.
  if (mark.state !== 'usable')
    await markUsable(storage, places, { slot: running.slot, version: running.version, digest: '' });
  const closed = isUnderWay(record) ? close(tools, record) : record;
  const settled = inAftercare(tools, told(floorAt(closed, running.version)));
  if (settled !== record) await recordFile.write(settled);
}

function close(
  { processes, running }: UpdateTools,
  record: TrialRecord & Required<Pick<TrialRecord, 'underWay'>>,
): TrialRecord {
  const { bootId, pid, startTicks } = processes.self;
  const nothing = { phases: [], figures: {} };
  if (record.underWay.slot === running.slot)
    return commitTrial(record, {
      ...nothing,
      reason: 'proved',
      message: 'the link was moved, then its record was cut short',
    });
  if (record.underWay.bootId === bootId && record.underWay.by === `${pid}:${startTicks}`)
    return cancelTrial(record, {
      ...nothing,
      reason: 'incumbent-fault',
      message: 'the trial could not be written down',
    });
  return interruptTrial(record, bootId);
}

/** Who tells of it has read it before the first step. */
function told(record: TrialRecord): TrialRecord {
  const { untold, ...rest } = record;
  return untold === undefined ? record : rest;
}

/** A release that was committed is watched from its first life on, whoever has committed it. */
function inAftercare(tools: UpdateTools, record: TrialRecord): TrialRecord {
  const { running, settings } = tools;
  const aftercare = missingAftercare(record, running) ?? record.aftercare;
  if (aftercare?.slot !== running.slot) return withoutAftercare(record); // The way back was gone to its end.
  if (aftercare.isOver === true) return record;
  if (settings.watchHours === 0) return { ...record, aftercare: { ...aftercare, isOver: true } };
  return { ...record, aftercare: beginLife(aftercare, lifeNow(tools)) };
}

/** Of a release that an incumbent has committed which does not aftercare. */
function missingAftercare(
  { history, newestCommitted, aftercare }: TrialRecord,
  { slot, version }: UpdateTools['running'],
): Aftercare | undefined {
  const last = history.at(-1);
  if (aftercare?.id === last?.id) return undefined;
  if (last?.outcome !== 'committed' || last.version !== version || newestCommitted?.digest !== last.digest)
    return undefined;
  const { id, digest } = last;
  return newAftercare({ id, version, digest, signed: newestCommitted.signed, file: `slot-${slot}:${digest}`, slot });
}

/** Somebody has told this process to end: that is no crash. */
export async function noteEnd(tools: UpdateTools): Promise<void> {
  const { recordFile, log } = tools;
  const now = lifeNow(tools);
  try {
    const record = await recordFile.read();
    const { aftercare } = record;
    if (aftercare?.life?.by === now.by && aftercare.life.bootId === now.bootId)
      await recordFile.write({ ...record, aftercare: endLife(aftercare, now) });
  } catch (error) {
    log.warn('that this process ends in good order is not written down', { error });
  }
}

/** This process, now. */
export function lifeNow({ processes, clock }: Pick<UpdateTools, 'processes' | 'clock'>): LifeNow {
  const { bootId, pid, startTicks } = processes.self;
  return { bootId, by: `${pid}:${startTicks}`, nowMs: clock.uptimeMs() };
}

/** Whatever runs by the committed link is the least that may follow. */
function floorAt(record: TrialRecord, version: string): TrialRecord {
  const newest = record.newestCommitted?.version;
  if (newest !== undefined && compareVersions(newest, version) >= 0) return record;
  return { ...record, newestCommitted: { version, digest: '', signed: 0 } };
}

/** Removes what unfinished acts of earlier lives have left. Slots are left alone: their marks say what they are worth. */
export async function clean({ storage, places }: UpdateTools): Promise<void> {
  const drafts = [
    `${places.current}.draft`,
    `${places.mark.a}.draft`,
    `${places.mark.b}.draft`,
    `${places.lease}.stale`,
    places.mended,
  ];
  for (const leftover of [...drafts, places.rehearsal]) await storage.remove(leftover);
}
