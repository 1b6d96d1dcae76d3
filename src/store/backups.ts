import { existsSync, rmSync } from 'node:fs';
import { keepPrivate, type Connection } from './connection.ts';

/**
 * Remembers copies of the database (paths relative to the home) with the newest person in them: who is removed must go
 * from them too. Kept in a TEMP table, so that forgetting them is part of the transaction that removes the person.
 */
export function rememberBackups(db: Connection, paths: readonly string[]): void {
  db.exec('CREATE TEMP TABLE IF NOT EXISTS backups (path TEXT PRIMARY KEY, newest_person INTEGER) STRICT');
  const remember = db.prepare('INSERT OR REPLACE INTO temp.backups SELECT ?, coalesce(max(rowid), 0) FROM people');
  for (const path of paths) remember.run(path);
}

/** Takes the copies that hold any of these people (a JSON list of ids) off the list and returns them. */
export function forgetBackupsWith(db: Connection, ids: string): readonly unknown[] {
  return db
    .prepare(
      `DELETE FROM temp.backups
       WHERE newest_person >= (SELECT min(rowid) FROM people WHERE id IN (SELECT value FROM json_each(?)))
       RETURNING path`,
    )
    .pluck()
    .all(ids);
}

/** Takes every copy off the list and returns it. */
export function forgetAllBackups(db: Connection): readonly unknown[] {
  return db.prepare('DELETE FROM temp.backups RETURNING path').pluck().all();
}

/**
 * Copies the whole database to an absolute path (sqlite.org/backup.html). Writes of this connection may go on meanwhile:
 * the copy has them. Copies below the home are remembered.
 */
export async function backUp(db: Connection, path: string, home: string): Promise<{ bytes: number }> {
  const isNew = !existsSync(path);
  keepPrivate(path);
  const totalPages = await copyTo(db, path).catch((error: unknown) => {
    if (isNew) rmSync(path, { force: true }); // Half a copy is worth nothing, and takes the space that was missing.
    throw error;
  });
  if (path.startsWith(`${home}/`)) rememberBackups(db, [path.slice(home.length + 1)]);
  return { bytes: totalPages * Number(db.pragma('page_size', { simple: true })) };
}

async function copyTo(db: Connection, path: string): Promise<number> {
  const { totalPages } = await db.backup(path);
  return totalPages;
}
