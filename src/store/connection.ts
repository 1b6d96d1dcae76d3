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

/** Opens or creates the database for writing. The caller closes it. */
export function openForWriting(path: string, busyMs: number): Connection {
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
  return new Database(':memory:');
}

/** Empties the write-ahead log into the database. False when a reader or another process is in the way. */
export function emptyWriteAheadLog(db: Connection): boolean {
  return db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0;
}
