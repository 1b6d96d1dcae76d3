import { applicationId, type Connection } from './connection.ts';
import { foundation } from './migrations/0001-foundation.ts';
import { timeLived } from './migrations/0002-time-lived.ts';
import { ownPresses } from './migrations/0003-own-presses.ts';
import { doubt } from './migrations/0004-doubt.ts';
import { access } from './migrations/0005-access.ts';
import { auditAnchor } from './migrations/0006-audit-anchor.ts';
import { StoreFault, type SchemaState } from './store.ts';

/**
 * One step of the schema. A text only adds: every release that could use the version before still reads and writes the
 * database, as it must after a revert. What also takes away says which version a release must know to use it from then
 * on; such a step belongs into the release after the one that no longer needs what is taken.
 */
export type SchemaStep = string | { readonly sql: string; readonly readableFrom: number };

/** The schema, step by step: `migrations[0]` makes version 1. A released step is never changed. */
export const migrations: readonly SchemaStep[] = [foundation, timeLived, ownPresses, doubt, access, auditAnchor];

/**
 * The schema version of a database, 0 for an empty one; above `versionMax` when a newer release has only added to it, and
 * was reverted (promise 5). Throws `StoreFault` when it is not for this release.
 */
export function versionOf(db: Connection, versionMax: number): number {
  const { version, readableFrom } = schemaOf(db);
  const application = wholePragma(db, 'application_id');
  const isEmpty = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
  if (isEmpty && application === 0 && version === 0) return 0;
  if (application !== applicationId) {
    throw new StoreFault('cannot use the database: it is not Doorward’s; move the file away', 'corrupt');
  }
  if (readableFrom > versionMax) {
    throw new StoreFault(
      `cannot use the database: it has schema version ${version}, of a newer release, and this release knows versions ` +
        `up to ${versionMax}; install the newer release again, or put back a copy from the backups`,
      'too-new',
    );
  }
  return version;
}

/** What the schema of a database is, and the lowest version that a release must know to read and write it. */
export function schemaOf(db: Connection): SchemaState {
  const version = wholePragma(db, 'user_version');
  const isTold = db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'schema_readers'").pluck().get() === 1;
  const told = isTold ? db.prepare('SELECT max(readable_from) FROM schema_readers').pluck().get() : undefined;
  return { version, readableFrom: typeof told === 'number' ? told : version };
}

/** Runs the steps from `version` on, each in one transaction. Stops at the first that fails, leaving that one undone. */
export function migrate(db: Connection, version: number, steps: readonly SchemaStep[]): void {
  for (const [index, step] of steps.entries()) {
    if (index < version) continue;
    const { sql, readableFrom } = typeof step === 'string' ? { sql: step, readableFrom: 1 } : step;
    db.transaction(() => {
      db.exec(sql);
      const broken = db.prepare('PRAGMA foreign_key_check').all();
      if (broken.length > 0) {
        throw new StoreFault(`cannot migrate to schema version ${index + 1}: rows would point at nothing`, 'corrupt');
      }
      db.pragma(`application_id = ${applicationId}`);
      db.pragma(`user_version = ${index + 1}`);
      // The highest of them counts. Version 1 has no such table in any database that was made before there was one.
      db.exec('CREATE TABLE IF NOT EXISTS schema_readers (readable_from INTEGER NOT NULL)');
      db.prepare('INSERT INTO schema_readers VALUES (?)').run(readableFrom);
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
