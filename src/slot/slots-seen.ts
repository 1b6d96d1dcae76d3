import type { Storage } from '../system/storage.ts';
import { readCurrent } from './current-link.ts';
import type { Places } from './places.ts';
import { readMark } from './slot-mark.ts';
import { slots, type Slot } from './slot.ts';

/** One slot as people see it. */
export interface SeenSlot {
  readonly slot: Slot;
  /** Power-on starts this one. */
  readonly isCommitted: boolean;
  /** What it holds; undefined while its content may not be started. */
  readonly version?: string;
}

/** Both slots, in order. Rejects with `DiskFault`. */
export async function slotsSeen(
  storage: Pick<Storage, 'read' | 'readLink'>,
  places: Places,
): Promise<readonly SeenSlot[]> {
  const committed = await readCurrent(storage, places);
  return Promise.all(
    slots.map(async (slot) => {
      const mark = await readMark(storage, places, slot);
      const version = mark.state === 'usable' ? { version: mark.version } : {};
      return { slot, isCommitted: slot === committed, ...version };
    }),
  );
}
