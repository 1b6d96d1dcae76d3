import type { Connection } from './connection.ts';
import { Query } from './query.ts';
import type { StoreReads } from './store.ts';
import type { Input } from './write-functions.ts';

export function leftoverReads(db: Connection): Pick<StoreReads, 'leftoverFiles'> {
  const leftover = new Query(db, {
    table: 'leftover_files',
    sql: 'SELECT path FROM leftover_files ORDER BY path LIMIT ?',
    decode: (row) => row.text('path'),
  });
  return { leftoverFiles: (limit) => leftover.all(limit) };
}

export function filesRemoved(db: Connection, { files }: Input<'filesRemoved'>): undefined {
  const forget = db.prepare('DELETE FROM leftover_files WHERE path = ?');
  for (const file of files) forget.run(file);
}

/**
 * Notes the files of rows that this transaction has deleted, and returns them: once each, without those that a remaining
 * face still needs. Called after the rows are gone.
 */
export function leaveFiles(db: Connection, paths: readonly unknown[]): readonly string[] {
  const isShown = db.prepare('SELECT EXISTS (SELECT 1 FROM faces WHERE picture = ?)').pluck();
  const leave = db.prepare('INSERT OR IGNORE INTO leftover_files (path) VALUES (?)');
  const files = [...new Set(paths)].filter((path) => typeof path === 'string');
  return files.filter((path) => {
    if (isShown.get(path) === 1) return false;
    leave.run(path);
    return true;
  });
}
