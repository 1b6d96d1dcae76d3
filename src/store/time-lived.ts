import type { Connection } from './connection.ts';
import type { Input, Result } from './write-functions.ts';

/** Rows that one call marks: a ring has to wait until the call is through. */
const markBatchMax = 500;

/** Adds to the time that the bell has run, in all its lives. */
export function addTimeLived(db: Connection, { durationMs }: Input<'addTimeLived'>): Result<'addTimeLived'> {
  const livedMs = db
    .prepare(
      `INSERT INTO time_lived (one, lived_ms) VALUES (1, @durationMs)
       ON CONFLICT (one) DO UPDATE SET lived_ms = lived_ms + @durationMs RETURNING lived_ms`,
    )
    .pluck()
    .get({ durationMs: Math.max(0, Math.round(durationMs)) });
  return { livedMs: Number(livedMs) };
}

/** What was written since the last call is seen now. */
export function markSeen(db: Connection, { livedMs }: Input<'markSeen'>): Result<'markSeen'> {
  const mark = (table: 'visits' | 'notifications'): number =>
    db
      .prepare(
        `UPDATE ${table} SET seen_ms = ? WHERE rowid IN (SELECT rowid FROM ${table} WHERE seen_ms IS NULL LIMIT ?)`,
      )
      .run(livedMs, markBatchMax).changes;
  return { rows: mark('visits') + mark('notifications') };
}
