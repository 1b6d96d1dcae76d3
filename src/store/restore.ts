import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { wordsOf } from '../system/error-words.ts';
import { type Connection, emptyWriteAheadLog, openForWriting } from './connection.ts';
import { faultOf } from './fault.ts';
import { rememberBackups } from './backups.ts';
import { bringTogether, endAccess, forgetAgain, type Forgotten, type Restored } from './bring-together.ts';
import { migrate, migrations, requireSound, versionOf } from './migrate.ts';
import { StoreFault } from './store.ts';

/** Where everything lies. Nobody has the database open. */
export interface RestorePlaces {
  readonly database: string;
  /** The copy to go back to; it stays as it is. */
  readonly snapshot: string;
  /** Where what is there now is kept. */
  readonly kept: string;
}

export interface RestoreResult extends Restored {
  /** Why nothing of what was there could be read: then the snapshot is all there is. */
  readonly unreadable?: string;
}

const busyMs = 1000;
const besides = ['-wal', '-shm', '-journal'];

/**
 * Goes back to a snapshot, and keeps what was written since. The new database is made beside the old one, synced, and
 * takes its name in one rename: after a power cut the one or the other is there, whole. Throws `StoreFault`.
 *
 * Chosen: the snapshot with what is newer added to it; rejected: the present database with what is missing put back; why:
 * the present one may be damaged, or of a schema that this release does not know.
 */
export async function restoreSnapshot(
  { database, snapshot, kept }: RestorePlaces,
  forgotten: Forgotten,
): Promise<RestoreResult> {
  const draft = `${database}.draft`;
  try {
    for (const leftover of [draft, ...besides.map((end) => `${draft}${end}`)]) rmSync(leftover, { force: true });
    const unreadable = await keepPresent(database, kept);
    copyFileSync(snapshot, draft);
    own(draft, database);
    const restored = merge(draft, unreadable === undefined ? kept : undefined, forgotten);
    sync(draft);
    emptyLogOf(database, unreadable !== undefined);
    renameSync(draft, database);
    sync(dirname(database));
    return unreadable === undefined ? restored : { ...restored, unreadable };
  } catch (error) {
    throw faultOf('restore the database', error);
  }
}

/** A copy of the database as it is; byte for byte, with its log, where SQLite cannot read it: then the reason. */
async function keepPresent(database: string, kept: string): Promise<string | undefined> {
  try {
    const db = openForWriting(database, busyMs);
    try {
      requireSound(db);
      await db.backup(kept);
    } finally {
      db.close();
    }
    own(kept, database);
    sync(kept);
    return undefined;
  } catch (error) {
    for (const end of ['', ...besides])
      if (existsSync(`${database}${end}`)) {
        copyFileSync(`${database}${end}`, `${kept}${end}`);
        own(`${kept}${end}`, database);
        sync(`${kept}${end}`);
      }
    return wordsOf(error);
  } finally {
    sync(dirname(kept));
  }
}

/** Brings the snapshot up to this release's schema, then adds what is newer. */
function merge(draft: string, present: string | undefined, forgotten: Forgotten): Restored {
  const db = openForWriting(draft, busyMs);
  try {
    requireSound(db);
    const version = versionOf(db, migrations.length);
    if (version < migrations.length) migrate(db, version, migrations);
    const restored = present === undefined ? withoutPresent(db, forgotten) : withPresent(db, present, forgotten);
    requireSound(db);
    if (!emptyWriteAheadLog(db))
      throw new StoreFault('cannot restore the database: its log cannot be emptied', 'locked');
    return restored;
  } finally {
    db.close(); // Its log goes with the last connection.
  }
}

function withoutPresent(db: Connection, forgotten: Forgotten): Restored {
  db.transaction(() => endAccess(db, forgotten))();
  return { back: [], since: [], leftOut: 0 };
}

function withPresent(db: Connection, present: string, forgotten: Forgotten): Restored {
  db.prepare('ATTACH ? AS present').run(present);
  rememberBackups(db, []); // They are not this act's to remove.
  db.transaction(() => forgetAgain(db, forgotten))();
  db.pragma('foreign_keys = OFF'); // Checked when everything is there.
  const restored = db.transaction(() => bringTogether(db))();
  db.exec('DETACH present');
  return restored;
}

/** What the old log holds would be read into the new database: it is emptied before, while it still belongs to the old one. */
function emptyLogOf(database: string, isDamaged: boolean): void {
  if (isDamaged) for (const end of besides) rmSync(`${database}${end}`, { force: true }); // It was kept.
  else {
    const db = openForWriting(database, busyMs);
    const isEmpty = emptyWriteAheadLog(db);
    db.close();
    if (!isEmpty || existsSync(`${database}-wal`))
      throw new StoreFault('cannot restore the database: somebody has it open', 'locked');
  }
  sync(dirname(database));
}

/** Root may restore what the service's user must be able to open. */
function own(path: string, like: string): void {
  if (!existsSync(like)) return;
  const { uid, gid } = statSync(like);
  chmodSync(path, 0o600);
  if (statSync(path).uid !== uid) chownSync(path, uid, gid);
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
