import type { Connection } from './connection.ts';
import { refuse } from './fault.ts';
import { ownVisits } from './own-visits.ts';
import { Query } from './query.ts';
import type { Stranger } from './records.ts';
import type { Row } from './row.ts';
import type { StoreReads } from './store.ts';
import type { Input, Result } from './write-functions.ts';

/** A stranger that was not seen by an incumbent's own visits alone. */
export const isSomebodys = `(
  NOT EXISTS (SELECT 1 FROM visits WHERE stranger_id = strangers.id)
  OR EXISTS (SELECT 1 FROM visits WHERE stranger_id = strangers.id AND id NOT IN (${ownVisits})))`;

export function strangerReads(db: Connection): Pick<StoreReads, 'strangers' | 'stranger'> {
  const strangers = (condition: string): Query<Stranger> =>
    new Query(db, {
      table: 'strangers',
      sql: `
        SELECT strangers.id, created_ms, strangers.person_id, count(visits.id) AS visits,
          coalesce(max(started_ms), created_ms) AS last_seen_ms,
          (SELECT thumbnail FROM visits WHERE stranger_id = strangers.id AND thumbnail IS NOT NULL
           ORDER BY started_ms DESC LIMIT 1) AS thumbnail
        FROM strangers LEFT JOIN visits ON stranger_id = strangers.id AND visits.id NOT IN (${ownVisits}) ${condition}`,
      decode: strangerOf,
    });
  const all = strangers(
    `WHERE ${isSomebodys} GROUP BY strangers.id ORDER BY strangers.person_id IS NOT NULL, last_seen_ms DESC, strangers.id LIMIT ?`,
  );
  const byId = strangers('WHERE strangers.id = ? GROUP BY strangers.id');
  return {
    strangers: (limit) => all.all(limit),
    stranger: (id) => byId.first(id),
  };
}

function strangerOf(row: Row): Stranger {
  return {
    id: row.text('id'),
    createdMs: row.number('created_ms'),
    personId: row.maybeText('person_id'),
    visits: row.number('visits'),
    lastSeenMs: row.number('last_seen_ms'),
    thumbnail: row.maybeText('thumbnail'),
  };
}

/** Nothing happens when the stranger is there already. */
export function createStranger(db: Connection, { strangerId, createdMs }: Input<'createStranger'>): undefined {
  db.prepare('INSERT OR IGNORE INTO strangers (id, created_ms) VALUES (?, ?)').run(strangerId, createdMs);
}

export function nameStranger(
  db: Connection,
  { strangerId, personId, reason }: Input<'nameStranger'>,
): Result<'nameStranger'> {
  const named = db.prepare('UPDATE strangers SET person_id = ? WHERE id = ?').run(personId, strangerId);
  if (named.changes === 0) refuse(`cannot name stranger ${strangerId}: there is none`);
  const { changes } = db
    .prepare(`UPDATE visits SET person_id = ?, outcome = 'known', reason = ? WHERE stranger_id = ?`)
    .run(personId, reason, strangerId);
  db.prepare('INSERT OR IGNORE INTO mentions (person_id, visit_id) SELECT ?, id FROM visits WHERE stranger_id = ?').run(
    personId,
    strangerId,
  );
  return { visits: changes };
}

/** Removes a stranger that has no visit left: nothing could show or match it any more. True when it did. */
export function forgetEmptyStranger(db: Connection, strangerId: string): boolean {
  const { changes } = db
    .prepare('DELETE FROM strangers WHERE id = @id AND NOT EXISTS (SELECT 1 FROM visits WHERE stranger_id = @id)')
    .run({ id: strangerId });
  return changes > 0;
}
