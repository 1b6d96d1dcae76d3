import type { Losses } from '../system/losses.ts';

/** Two files of one database, the earlier one first. Nobody else may write to them. */
export interface LossesOrder {
  readonly earlier: string;
  readonly later: string;
}

export type LossesAnswer =
  | { readonly outcome: 'compared'; readonly losses: Losses }
  | { readonly outcome: 'failed'; readonly message: string };
