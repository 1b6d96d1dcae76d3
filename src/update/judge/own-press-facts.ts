import type { NamedTwice } from './visit-names.ts';

/** The incumbent's word on a press of its own. */
export type OwnPressWord =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'well' }
  /** It is followed on: a machine without time may be the reason. */
  | { readonly kind: 'late'; readonly words: string }
  /** `isImpossible`: nobody could have done better. */
  | { readonly kind: 'failed'; readonly words: string; readonly isImpossible: boolean };

/** What is known of all of them. */
export interface OwnPressFacts {
  readonly made: number;
  readonly well: number;
  /** From the press to the arrival of all that it told, the longest. */
  readonly slowestMs: number;
  /** On the newest that is late or has come to an end. */
  readonly newest?: OwnPressWord;
  /** Whom they showed, to both. */
  readonly named?: readonly NamedTwice[];
  /** Why none could be made. */
  readonly hindrance?: string;
}
