/**
 * slot/ - what power-on reads: the two slots, their marks, the `current` link, the trial record. Used by update/ and install/.
 * Never: decide anything, or move the link but for the commit of a trial, a repair and the fall-back after a crash loop.
 */

/** One of the two directories that hold a release. */
export type Slot = 'a' | 'b';

/** Both, in order. */
export const slots: readonly Slot[] = ['a', 'b'];

/** The slot that is not this one. */
export function otherSlot(slot: Slot): Slot {
  return slot === 'a' ? 'b' : 'a';
}
