import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';

/** An open SQLite database. Calls block the thread: the writing one lives on the writer thread only. */
export type Connection = Database.Database;

/** "Door" in ASCII: tells our file from somebody else's database (sqlite.org/pragma.html#pragma_application_id). */
export const applicationId = 0x446f6f72;

/** How long the writer waits for another process to let go of the database. */
export const writerBusyMs = 5000;
/** The main thread may hardly wait. In WAL a reader waits for nothing but an exclusive lock. */
export const readerBusyMs = 100;

/** The write-ahead log is cut back to this after a burst of writes. */
const walBytesMax = 16 * 1024 * 1024;

/** SQLite's name for a database that is nowhere on disk. */
const inMemory = ':memory:';

/** Nobody but the appliance's user may read who lives here. */
const fileMode = 0o600;

/**
 * Makes a file nobody else's to read, and makes it when it is not there: SQLite would let everybody read it, and gives
 * the files beside it the same permissions. What cannot be changed is told by SQLite itself, in its own words.
 */
export function keepPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'a', fileMode));
    for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, fileMode);
  } catch {
    return; // A disk that may only be read, or somebody else's file.
  }
}

/** Opens or creates the database for writing. The caller closes it. */
export function openForWriting(path: string, busyMs: number): Connection {
  if (path !== inMemory) keepPrivate(path);
  const db = new Database(path, { timeout: busyMs });
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL'); // Promise 1: in WAL the default would lose the last commits at a power cut.
    db.pragma('foreign_keys = ON');
    db.pragma('secure_delete = ON'); // What is deleted is overwritten: a removed face is gone from the file.
    db.pragma('cell_size_check = ON');
    db.pragma(`journal_size_limit = ${walBytesMax}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens an existing database for reading alone. The caller closes it. */
export function openForReading(path: string, busyMs: number): Connection {
  return new Database(path, { readonly: true, fileMustExist: true, timeout: busyMs });
}

/** A database that is nowhere on disk. The caller closes it. */
export function openInMemory(): Connection {
  return new Database(inMemory);
}

/** Empties the write-ahead log into the database. False when a reader or another process is in the way. */
export function emptyWriteAheadLog(db: Connection): boolean {
  return db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0;
}
