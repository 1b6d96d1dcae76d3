import type { Slot } from '../slot/slot.ts';

/** What one reading of both slots has shown. */
export interface ScrubReport {
  /** By the wall clock, for people. */
  readonly atMs: number;
  readonly repaired: readonly Repair[];
  /** What no copy was found for. */
  readonly damaged: readonly { readonly slot: Slot; readonly message: string }[];
}

/** A file that was mended, and where the copy came from. */
export interface Repair {
  readonly slot: Slot;
  readonly path: string;
  readonly from: string;
}
