import type { Connection } from './connection.ts';
import { refuse } from './fault.ts';
import { Query } from './query.ts';
import type { Row } from './row.ts';
import type { StoreReads } from './store.ts';
import type { Input } from './write-functions.ts';

export function deviceSettingReads(db: Connection): Pick<StoreReads, 'deviceSettings'> {
  const settings = new Query(db, {
    table: 'device_settings',
    sql: 'SELECT key, value FROM device_settings ORDER BY key',
    decode: (row) => [row.text('key'), valueOf(row)] as const,
  });
  return { deviceSettings: () => Object.fromEntries(settings.all()) };
}

/** One broken row must not take all settings with it. */
function valueOf(row: Row): unknown {
  try {
    return row.json('value');
  } catch {
    return undefined;
  }
}

export function setDeviceSetting(db: Connection, { key, value }: Input<'setDeviceSetting'>): undefined {
  const text: unknown = JSON.stringify(value);
  if (typeof text !== 'string') refuse(`cannot store the setting ${key}: its value is none that JSON can hold`);
  db.prepare('INSERT OR REPLACE INTO device_settings (key, value) VALUES (?, ?)').run(key, text);
}

export function removeDeviceSetting(db: Connection, { key }: Input<'removeDeviceSetting'>): undefined {
  db.prepare('DELETE FROM device_settings WHERE key = ?').run(key);
}
