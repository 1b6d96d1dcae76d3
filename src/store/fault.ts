import Database from 'better-sqlite3';

import { StoreFault, type StoreFaultKind } from './store.ts';
import { wordsOf } from '../system/error-words.ts';

/** What SQLite's result codes (sqlite.org/rescode.html) mean to a person; a code stands for its extended ones. */
const kinds: readonly (readonly [code: string, kind: StoreFaultKind, advice: string])[] = [
  ['SQLITE_IOERR_SHMSIZE', 'full', 'the disk is full: free some space'],
  ['SQLITE_FULL', 'full', 'the disk is full: free some space'],
  ['SQLITE_BUSY', 'locked', 'another process holds the database: stop it'],
  ['SQLITE_LOCKED', 'locked', 'another process holds the database: stop it'],
  ['SQLITE_READONLY', 'read-only', 'the disk or the file may only be read: check the mount and its permissions'],
  ['SQLITE_PERM', 'read-only', 'the file may not be written: check its permissions'],
  ['SQLITE_CORRUPT', 'corrupt', 'the database is damaged: put back a copy from the backups'],
  ['SQLITE_NOTADB', 'corrupt', 'the file is not a database, or is damaged: put back a copy from the backups'],
  ['SQLITE_CONSTRAINT_FOREIGNKEY', 'constraint', 'something that it names is not in the database'],
  ['SQLITE_CONSTRAINT', 'constraint', 'it contradicts what is stored'],
];

/** Whatever failed in SQLite, as a `StoreFault`. `act` follows "cannot": "open the database /…", "addPerson". */
export function faultOf(act: string, error: unknown): StoreFault {
  if (error instanceof StoreFault) return error;
  if (!(error instanceof Database.SqliteError)) {
    return new StoreFault(`cannot ${act}: ${wordsOf(error)}`, 'other', error);
  }
  const known = kinds.find(([code]) => error.code === code || error.code.startsWith(`${code}_`));
  if (known === undefined) return new StoreFault(`cannot ${act}: ${error.message} (${error.code})`, 'other', error);
  const [, kind, advice] = known;
  return new StoreFault(`cannot ${act}: ${advice} (${error.message}, ${error.code})`, kind, error);
}

/** Refuses a write that asks for what cannot be. `message` begins with "cannot". */
export function refuse(message: string): never {
  throw new StoreFault(message, 'constraint');
}
