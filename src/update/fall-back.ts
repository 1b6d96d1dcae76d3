import { moveCurrent, readCurrent } from '../slot/current-link.ts';
import type { Places } from '../slot/places.ts';
import { otherSlot, type Slot } from '../slot/slot.ts';
import { readMark } from '../slot/slot-mark.ts';
import { rejectionOf, rejectRelease, type TrialRecord } from '../slot/trial-record.ts';
import { TrialRecordFile } from '../slot/trial-record-file.ts';
import type { Clock } from '../system/clock.ts';
import type { Storage } from '../system/storage.ts';

export type FallBackResult =
  | { readonly outcome: 'moved'; readonly slot: Slot; readonly version: string }
  | { readonly outcome: 'refused'; readonly message: string };

/** What the fall-back is given. */
export interface FallBackParts {
  readonly storage: Storage;
  readonly places: Places;
  readonly clock: Clock;
}

export const crashLoopReason = 'crash-loop';

/**
 * After a crash loop of the committed release: names the other slot again, and rejects the release that crashed. Never the
 * other way round afterwards: a release that was itself rejected is not fallen back to, so that there is no ping-pong.
 */
export async function fallBack({ storage, places, clock }: FallBackParts): Promise<FallBackResult> {
  const committed = await readCurrent(storage, places);
  if (committed === undefined) return { outcome: 'refused', message: 'cannot fall back: the link names no slot' };
  const slot = otherSlot(committed);
  const mark = await readMark(storage, places, slot);
  if (mark.state !== 'usable')
    return { outcome: 'refused', message: `cannot fall back: slot ${slot} holds no release` };
  const recordFile = new TrialRecordFile(storage, places);
  const record = await recordFile.read();
  const wasRejected = record.rejected.some(
    ({ version, digest }) => version === mark.version && matches(digest, mark.digest),
  );
  if (wasRejected)
    return { outcome: 'refused', message: `cannot fall back: ${mark.version} in slot ${slot} was rejected before` };
  const crashed = await crashedRelease(record, { storage, places, clock }, committed);
  if (crashed !== undefined && rejectionOf(record, crashed) === undefined)
    await recordFile.write(rejectRelease(record, crashed));
  await moveCurrent(storage, places, slot);
  return { outcome: 'moved', slot, version: mark.version };
}

/** A slot that was not written by the updater has no digest: its version tells it. */
function matches(one: string, other: string): boolean {
  return one === other || one === '' || other === '';
}

async function crashedRelease(
  record: TrialRecord,
  parts: FallBackParts,
  slot: Slot,
): Promise<Parameters<typeof rejectRelease>[1] | undefined> {
  const mark = await readMark(parts.storage, parts.places, slot);
  if (mark.state !== 'usable') return undefined;
  const { version, digest } = mark;
  const signed = record.newestCommitted?.digest === digest ? record.newestCommitted.signed : 0;
  return {
    version,
    digest,
    signed,
    file: `slot-${slot}:${digest}`,
    reason: crashLoopReason,
    atMs: parts.clock.wallMs(),
  };
}
