import type { Connection } from './connection.ts';
import { leaveFiles } from './leftover-files.ts';
import { Query } from './query.ts';
import { ownVisits } from './own-visits.ts';
import { forgetVisit } from './retention.ts';
import type { StoreReads } from './store.ts';
import { triggerOf } from './visits.ts';
import type { Input, Result } from './write-functions.ts';

const pressesReadMax = 100;

export function ownPressReads(db: Connection): Pick<StoreReads, 'isOwnPress' | 'pressesAfter'> {
  const own = new Query(db, {
    table: 'own_presses',
    sql: 'SELECT trigger_id FROM own_presses WHERE trigger_id = ?',
    decode: (row) => row.text('trigger_id'),
  });
  const pressed = new Query(db, {
    table: 'triggers',
    sql: `SELECT * FROM triggers WHERE rowid > ? AND source = 'button' AND press IS NOT 'hold'
      AND id NOT IN (SELECT trigger_id FROM own_presses) ORDER BY rowid LIMIT ${pressesReadMax}`,
    decode: triggerOf,
  });
  return { isOwnPress: (id) => own.first(id) !== undefined, pressesAfter: (place) => pressed.all(place) };
}

export function addOwnPress(db: Connection, { triggerId }: Input<'addOwnPress'>): undefined {
  db.prepare('INSERT OR IGNORE INTO own_presses (trigger_id) VALUES (?)').run(triggerId);
}

/** A visit that somebody has rung at too stays, without the press that was none. */
export function removeOwnVisits(db: Connection, { marksKept }: Input<'removeOwnVisits'>): Result<'removeOwnVisits'> {
  const visitIds = db.prepare(ownVisits).pluck().all();
  const files = visitIds.filter((id) => typeof id === 'string').flatMap((id) => forgetVisit(db, id));
  db.prepare('DELETE FROM triggers WHERE id IN (SELECT trigger_id FROM own_presses)').run();
  db.prepare(
    'DELETE FROM own_presses WHERE rowid NOT IN (SELECT rowid FROM own_presses ORDER BY rowid DESC LIMIT ?)',
  ).run(marksKept);
  return { files: leaveFiles(db, files) };
}
