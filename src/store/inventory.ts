import type { Connection } from './connection.ts';
import { ownVisits } from './own-visits.ts';
import { Query } from './query.ts';
import type { InventoriedRow, InventoriedVisit, StoreReads } from './store.ts';
import type { Row } from './row.ts';

/** What is stored of a household, by ids and words: read again later, it shows what is no longer so. */
export function inventoryReads(db: Connection): Pick<StoreReads, 'inventory' | 'visitsInventory'> {
  const people = new Query(db, {
    table: 'people',
    sql: `SELECT id, merged_into, json_array(name, standing, notify, merged_into) AS says FROM people ORDER BY rowid`,
    decode: (row) => ({ ...rowOf(row), mergedInto: row.maybeText('merged_into') }),
  });
  const references = new Query(db, {
    table: 'faces',
    sql: `SELECT id, json_array(person_id, picture) AS says FROM faces WHERE kind = 'reference' ORDER BY rowid`,
    decode: rowOf,
  });
  const embeddings = new Query(db, {
    table: 'embeddings',
    sql: `SELECT face_id || ' ' || recogniser AS id, hex(substr(vector, 1, 8)) AS says
          FROM embeddings JOIN faces ON faces.id = face_id WHERE kind = 'reference' ORDER BY faces.rowid, recogniser`,
    decode: rowOf,
  });
  const settings = new Query(db, {
    table: 'device_settings',
    sql: 'SELECT key AS id, value AS says FROM device_settings ORDER BY key',
    decode: rowOf,
  });
  const users = new Query(db, {
    table: 'users',
    sql: 'SELECT id, role AS says FROM users ORDER BY rowid',
    decode: rowOf,
  });
  const visits = new Query(db, {
    table: 'visits',
    sql: `SELECT id, rowid AS place, person_id,
            coalesce(seen_ms < (SELECT max(lived_ms) FROM time_lived) - ?, 0) AS is_due
          FROM visits WHERE rowid < ? AND id NOT IN (${ownVisits}) ORDER BY rowid DESC LIMIT ?`,
    decode: visitOf,
  });
  return {
    inventory: () => ({
      people: people.all(),
      references: references.all(),
      embeddings: embeddings.all(),
      settings: settings.all(),
      users: users.all(),
    }),
    visitsInventory: ({ keptMs, limit, before }) => visits.all(keptMs, before?.place ?? Number.MAX_SAFE_INTEGER, limit),
  };
}

function rowOf(row: Row): InventoriedRow {
  return { id: row.text('id'), says: row.text('says') };
}

function visitOf(row: Row): InventoriedVisit {
  return {
    id: row.text('id'),
    place: row.number('place'),
    personId: row.maybeText('person_id'),
    isDue: row.number('is_due') === 1,
  };
}
