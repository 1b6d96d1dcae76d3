import { applicationId, type Connection } from './connection.ts';
import { foundation } from './migrations/0001-foundation.ts';
import { StoreFault } from './store.ts';

/**
 * The schema, step by step: `migrations[0]` makes version 1. A released step is never changed, and a step only adds:
 * after a revert the release before must still read and write the database.
 */
export const migrations: readonly string[] = [foundation];

/** The schema version of a database, 0 for an empty one. Throws `StoreFault` when it is not for this release. */
export function versionOf(db: Connection, versionMax: number): number {
  const version = wholePragma(db, 'user_version');
  const application = wholePragma(db, 'application_id');
  const isEmpty = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
  if (isEmpty && application === 0 && version === 0) return 0;
  if (application !== applicationId) {
    throw new StoreFault('cannot use the database: it is not Doorward’s; move the file away', 'corrupt');
  }
  if (version > versionMax) {
    throw new StoreFault(
      `cannot use the database: it has schema version ${version}, of a newer release, and this release knows versions ` +
        `up to ${versionMax}; install the newer release again, or put back a copy from the backups`,
      'too-new',
    );
  }
  return version;
}

/** Runs the steps from `version` on, each in one transaction. Stops at the first that fails, leaving that one undone. */
export function migrate(db: Connection, version: number, steps: readonly string[]): void {
  for (const [index, sql] of steps.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      db.exec(sql);
      const broken = db.prepare('PRAGMA foreign_key_check').all();
      if (broken.length > 0) {
        throw new StoreFault(`cannot migrate to schema version ${index + 1}: rows would point at nothing`, 'corrupt');
      }
      db.pragma(`application_id = ${applicationId}`);
      db.pragma(`user_version = ${index + 1}`);
    }).immediate();
  }
}

/** Refuses a damaged database: it is not migrated, and not backed up over a good copy. Takes seconds when it is large. */
export function requireSound(db: Connection): void {
  const verdict = db.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok') {
    throw new StoreFault(
      `cannot migrate the database: it is damaged (${String(verdict)}); put back a copy from the backups`,
      'corrupt',
    );
  }
}

function wholePragma(db: Connection, name: string): number {
  const value = db.pragma(name, { simple: true });
  return typeof value === 'number' ? value : 0;
}
