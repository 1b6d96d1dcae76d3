import { basename } from 'node:path';
import type { Storage } from '../system/storage.ts';
import type { Places } from './places.ts';
import type { Slot } from './slot.ts';

/** The committed slot: what the `current` link names, nothing else. Undefined when the link is missing or names no slot. */
export async function readCurrent(storage: Pick<Storage, 'readLink'>, places: Places): Promise<Slot | undefined> {
  const target = await storage.readLink(places.current);
  if (target === undefined) return undefined;
  const name = basename(target);
  return name === 'a' || name === 'b' ? name : undefined;
}

/** Names another slot, or where neither can be used the factory release, by one rename. Until the directory is synced a power cut may bring either name back. */
export async function moveCurrent(storage: Storage, places: Places, slot: Slot | 'factory'): Promise<void> {
  const draft = `${places.current}.draft`;
  await storage.remove(draft);
  await storage.makeLink(slot === 'factory' ? slot : `slots/${slot}`, draft); // Relative: the tree may be mounted elsewhere.
  await storage.rename(draft, places.current);
  await storage.syncDirectory(places.root);
}
