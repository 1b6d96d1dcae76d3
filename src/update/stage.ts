import assert from 'node:assert/strict';
import { otherSlot, type Slot } from '../slot/slot.ts';
import { markUnusable, markUsable } from '../slot/slot-mark.ts';
import { spareBytes } from './fetch.ts';
import type { ByteSource } from '../release/byte-source.ts';
import type { Refusal } from '../release/refusal.ts';
import type { SignedRelease } from './release-acts.ts';
import type { UpdateTools } from './update-parts.ts';

export type StageOutcome =
  | { readonly outcome: 'staged' }
  | { readonly outcome: 'no-space'; readonly message: string }
  | Refusal
  | typeof isAnother;

/**
 * Writes the release into the slot that is not committed, and reads it back from disk. The slot is marked unusable before
 * its first byte is touched and usable after its last was compared, so that a cut at any moment leaves the truth.
 */
export async function stageRelease(
  tools: UpdateTools,
  committed: Slot,
  { source, release }: { readonly source: ByteSource; readonly release: SignedRelease },
): Promise<StageOutcome> {
  const { storage, places, releases, running } = tools;
  const slot = otherSlot(committed);
  assert(slot !== running.slot, 'a release is never written over the running one');
  const verified = await releases.verify(source);
  if (verified.outcome === 'refused') return verified;
  if (verified.release.digest !== release.digest) return isAnother;
  await markUnusable(storage, places, slot);
  await storage.remove(places.kept[slot]);
  await storage.remove(places.slot[slot]);
  const { freeBytes } = await storage.space(places.slots);
  if (freeBytes < release.payloadBytes + spareBytes) {
    const message = `cannot stage: ${release.payloadBytes + spareBytes} bytes needed in ${places.slots}, ${freeBytes} are free: make room`;
    return { outcome: 'no-space', message };
  }
  const staged = await releases.stage(source, release, places.slot[slot]);
  if (staged.outcome === 'refused') return staged;
  const read = await releases.readBack(release, places.slot[slot]);
  if (read.outcome === 'refused') return read;
  await markUsable(storage, places, { slot, version: release.version, digest: release.digest });
  return { outcome: 'staged' };
}

/** A card may lose bits between staging and start: what is not whole is marked so, and staged again. */
export async function proveSlot(tools: UpdateTools, slot: Slot, release: SignedRelease): Promise<string | undefined> {
  const { storage, places, releases } = tools;
  const read = await releases.readBack(release, places.slot[slot]);
  if (read.outcome === 'whole') return undefined;
  await markUnusable(storage, places, slot);
  return read.message;
}

const isAnother = {
  outcome: 'refused',
  failure: 'changed',
  message: 'cannot stage: the release file is another than the one that was verified',
  kind: 'later',
} as const;
