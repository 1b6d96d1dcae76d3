import type { AuditAnchor } from '../system/audit.ts';
import { wordsOf } from '../system/error-words.ts';
import type { Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import { auditAnchorRead, livedRead } from './audit-anchor.ts';
import { openForReading, openInMemory, readerBusyMs, type Connection } from './connection.ts';
import { deviceSettingReads } from './device-settings.ts';

/**
 * The device's own settings, read from a database that may be in use; none when there is no database, or none of ours yet;
 * why not when it cannot be read. Never rejects.
 */
export async function peekDeviceSettings(home: Home, disk: Disk): Promise<Readonly<Record<string, unknown>> | string> {
  const read = (db: Connection): Readonly<Record<string, unknown>> => deviceSettingReads(db).deviceSettings();
  return peek({ home, disk, table: 'device_settings' }, read, {}).catch(
    (error: unknown) => `cannot read the device’s own settings: ${wordsOf(error)}`,
  );
}

/** What a database that may be in use remembers of the audit chain. Never rejects: what cannot be read remembers nothing. */
export async function peekAuditAnchor(
  home: Home,
  disk: Disk,
): Promise<{ readonly anchor?: AuditAnchor | undefined; readonly hasLived: boolean }> {
  const ask = <Found>(table: string, read: (db: Connection) => Found): Promise<Found | undefined> =>
    peek({ home, disk, table }, read, undefined).catch(() => undefined);
  const anchor = await ask('audit_anchor', (db) => auditAnchorRead(db)());
  const hasLived = await ask('time_lived', (db) => livedRead(db)());
  return { anchor, hasLived: hasLived === true };
}

interface PeekedPlace {
  readonly home: Home;
  readonly disk: Disk;
  readonly table: string;
}

/** `otherwise`: there is no such table. Rejects when the database cannot be read. */
async function peek<Found>(
  { home, disk, table }: PeekedPlace,
  read: (db: Connection) => Found,
  otherwise: Found,
): Promise<Found> {
  const files = await disk.list(home.root);
  if (!files.some(({ name, bytes }) => `${home.root}/${name}` === home.database && bytes > 0)) return otherwise;
  const db = openForReading(home.database, readerBusyMs);
  try {
    const found = db.prepare('SELECT count(*) FROM sqlite_schema WHERE name = ?').pluck().get(table);
    return found === 0 ? otherwise : read(db);
  } finally {
    db.close();
  }
}

/** Which SQLite this is. Throws when its native library cannot be loaded. */
export function sqliteVersion(): string {
  const db = openInMemory();
  try {
    return String(db.prepare('SELECT sqlite_version()').pluck().get());
  } finally {
    db.close();
  }
}
