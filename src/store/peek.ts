import type { Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import { openForReading, openInMemory, readerBusyMs } from './connection.ts';
import { deviceSettingReads } from './device-settings.ts';

/** The device's own settings, read from a database that may be in use; none when there is no database, or none of ours. */
export async function peekDeviceSettings(home: Home, disk: Disk): Promise<Readonly<Record<string, unknown>>> {
  const files = await disk.list(home.root);
  if (!files.some(({ name, bytes }) => `${home.root}/${name}` === home.database && bytes > 0)) return {};
  const db = openForReading(home.database, readerBusyMs);
  try {
    return deviceSettingReads(db).deviceSettings();
  } catch {
    return {}; // Not migrated yet: then nothing was set either. What is wrong with it, opening it will say.
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
