/** One of the two directories that hold a release. */
export type Slot = 'a' | 'b';

/** Both, in order. */
export const slots: readonly Slot[] = ['a', 'b'];

/** The slot that is not this one. */
export function otherSlot(slot: Slot): Slot {
  return slot === 'a' ? 'b' : 'a';
}
