/**
 * What a database has lost of an earlier copy of itself. What was added does not count: rows, columns, tables, indices.
 * Kinds and columns are those of the schema; the words for people are said by whoever tells them.
 */
export interface Losses {
  /** Tables and columns that are gone: `people`, `people.name`. */
  readonly gone: readonly string[];
  /** Rows that are gone, by table and kind (empty where a table holds one kind): of `before` so many are `left`. */
  readonly rows: readonly {
    readonly table: string;
    readonly kind: string;
    readonly before: number;
    readonly left: number;
  }[];
  /** Rows that are there and say something else. */
  readonly changes: readonly { readonly table: string; readonly column: string; readonly rows: number }[];
  /** Tables whose rows stand in another order: which one was recorded first is told by it. */
  readonly reordered: readonly string[];
  /** Why this release cannot read or write it any more; absent when it can. */
  readonly unusable?: string;
}
