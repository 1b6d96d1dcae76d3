import assert from 'node:assert/strict';
import { otherSlot, type Slot } from '../slot/slot.ts';
import { markUnusable, markUsable } from '../slot/slot-mark.ts';
import { spareBytes } from './fetch.ts';
import type { ByteSource } from '../release/byte-source.ts';
import type { Refusal } from '../release/refusal.ts';
import type { SignedRelease } from './release-acts.ts';
import type { UpdateTools } from './update-parts.ts';

/** Directories within each other in a slot; what lies deeper is not counted as room. */
const levelsMax = 16;

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
  const neededBytes = release.payloadBytes + spareBytes;
  const roomBytes = await roomFor(tools, slot, neededBytes);
  if (roomBytes < neededBytes) return noSpace(places.slots, neededBytes, roomBytes); // The slot stays the way back.
  await markUnusable(storage, places, slot);
  await storage.remove(places.kept[slot]);
  await storage.remove(places.slot[slot]);
  const { freeBytes } = await storage.space(places.slots);
  if (freeBytes < neededBytes) return noSpace(places.slots, neededBytes, freeBytes);
  const staged = await releases.stage(source, release, places.slot[slot]);
  if (staged.outcome === 'refused') return staged;
  const read = await releases.readBack(release, places.slot[slot]);
  if (read.outcome === 'refused') return read;
  await markUsable(storage, places, { slot, version: release.version, digest: release.digest });
  return { outcome: 'staged' };
}

/** What is free beside the slots, and what emptying the slot makes free where that is not enough. */
async function roomFor({ storage, places }: UpdateTools, slot: Slot, neededBytes: number): Promise<number> {
  const { freeBytes, totalBytes } = await storage.space(places.slots);
  if (freeBytes >= neededBytes) return freeBytes;
  const ofSlot = await bytesBelow(storage, places.slot[slot]);
  const isOneDisk = (await storage.space(places.incoming)).totalBytes === totalBytes;
  const kept = isOneDisk ? await storage.list(places.incoming) : [];
  const keptBytes = kept.find(({ name }) => places.kept[slot] === `${places.incoming}/${name}`)?.bytes ?? 0;
  return freeBytes + ofSlot + keptBytes;
}

/** Of all files in the directory. */
async function bytesBelow(
  storage: Pick<UpdateTools['storage'], 'list'>,
  directory: string,
  level = 0,
): Promise<number> {
  let sum = 0;
  for (const { name, kind, bytes } of await storage.list(directory)) {
    if (kind === 'file') sum += bytes;
    if (kind === 'directory' && level < levelsMax) sum += await bytesBelow(storage, `${directory}/${name}`, level + 1);
  }
  return sum;
}

function noSpace(where: string, neededBytes: number, roomBytes: number): StageOutcome {
  const message = `cannot stage: ${neededBytes} bytes needed in ${where}, room for ${roomBytes} can be had: make room`;
  return { outcome: 'no-space', message };
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
