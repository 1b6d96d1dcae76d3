import type { Connection } from './connection.ts';
import { leaveFiles } from './leftover-files.ts';
import { ownVisits } from './own-visits.ts';
import { Query } from './query.ts';
import { Row } from './row.ts';
import type { StoreReads } from './store.ts';
import { forgetEmptyStranger } from './strangers.ts';
import type { Input, Result } from './write-functions.ts';

/** Visits that one call removes: a ring has to wait until the call is through. */
export const retainBatchMax = 200;
const recordedMax = 1000;

export function removeVisit(db: Connection, { visitId }: Input<'removeVisit'>): Result<'removeVisit'> {
  return { files: leaveFiles(db, forgetVisit(db, visitId)) };
}

export function retainVisits(
  db: Connection,
  { seenBeforeMs, visitsMax, upTo }: Input<'retainVisits'>,
): Result<'retainVisits'> {
  const mayGo = `
    SELECT id FROM visits WHERE phase = 'decided'
      AND NOT EXISTS (SELECT 1 FROM notifications WHERE visit_id = visits.id AND status = 'pending')`;
  const surplus = `max(0, (SELECT count(*) FROM visits WHERE id NOT IN (${ownVisits})) - @visitsMax)`;
  const visitIds = db
    .prepare(
      `SELECT id FROM (${mayGo} AND seen_ms < @seenBeforeMs)
       UNION SELECT id FROM (${mayGo} AND rowid <= @place)
       UNION SELECT id FROM (${mayGo} ORDER BY rowid LIMIT ${surplus})
       LIMIT ${retainBatchMax}`,
    )
    .pluck()
    .all({ seenBeforeMs, visitsMax, place: upTo?.place ?? 0 })
    .filter((id) => typeof id === 'string');
  const files = visitIds.flatMap((id) => forgetVisit(db, id));
  return { files: leaveFiles(db, files), visits: visitIds.length };
}

export function retentionReads(db: Connection): Pick<StoreReads, 'visitsRecorded'> {
  const recorded = new Query(db, {
    table: 'visits',
    sql: `SELECT id, rowid AS place FROM visits WHERE rowid < ? AND id NOT IN (${ownVisits}) ORDER BY rowid DESC LIMIT ?`,
    decode: (row) => ({ id: row.text('id'), place: row.number('place') }),
  });
  return {
    visitsRecorded: (limit, before) =>
      recorded.all(before?.place ?? Number.MAX_SAFE_INTEGER, Math.min(limit, recordedMax)),
  };
}

/**
 * Deletes a visit with its triggers, notifications and own face; a face that was enrolled from it stays with its person.
 * Returns the paths that the rows named.
 */
export function forgetVisit(db: Connection, visitId: string): readonly unknown[] {
  const columns = db.prepare('SELECT frames, picture, thumbnail, stranger_id FROM visits WHERE id = ?').get(visitId);
  if (columns === undefined) return [];
  const visit = new Row('visits', columns);
  const crops = db
    .prepare(`DELETE FROM faces WHERE visit_id = ? AND kind = 'visit' RETURNING picture`)
    .pluck()
    .all(visitId);
  db.prepare('UPDATE faces SET visit_id = NULL WHERE visit_id = ?').run(visitId);
  db.prepare('DELETE FROM visits WHERE id = ?').run(visitId);
  const strangerId = visit.maybeText('stranger_id');
  if (strangerId !== undefined) forgetEmptyStranger(db, strangerId);
  return [
    ...visit.jsonTexts('frames'),
    ...[visit.maybeText('picture'), visit.maybeText('thumbnail')].filter((path) => path !== undefined),
    ...crops,
  ];
}
