import { moveCurrent } from '../slot/current-link.ts';
import { markUsable, readMark } from '../slot/slot-mark.ts';
import type { Slot } from '../slot/slot.ts';
import { cancelTrial, commitTrial, interruptTrial, isUnderWay, type TrialRecord } from '../slot/trial-record.ts';
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
  const settled = floorAt(closed, running.version);
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
