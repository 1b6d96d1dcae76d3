import { wordsOf } from '../system/error-words.ts';
import type { Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import { openForReading, openInMemory, readerBusyMs } from './connection.ts';
import { deviceSettingReads } from './device-settings.ts';

/**
 * The device's own settings, read from a database that may be in use; none when there is no database, or none of ours yet;
 * why not when it cannot be read. Never rejects.
 */
export async function peekDeviceSettings(home: Home, disk: Disk): Promise<Readonly<Record<string, unknown>> | string> {
  try {
    const files = await disk.list(home.root);
    if (!files.some(({ name, bytes }) => `${home.root}/${name}` === home.database && bytes > 0)) return {};
    const db = openForReading(home.database, readerBusyMs);
    try {
      const isNew = db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'device_settings'").pluck().get() === 0;
      return isNew ? {} : deviceSettingReads(db).deviceSettings();
    } finally {
      db.close();
    }
  } catch (error) {
    return `cannot read the device’s own settings: ${wordsOf(error)}`;
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
