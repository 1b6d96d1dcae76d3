import { accessReads } from './access-reads.ts';
import { auditAnchorRead, livedRead } from './audit-anchor.ts';
import type { Connection } from './connection.ts';
import { deviceSettingReads } from './device-settings.ts';
import { faceReads } from './faces.ts';
import { inventoryReads } from './inventory.ts';
import { leftoverReads } from './leftover-files.ts';
import { schemaOf } from './migrate.ts';
import { outboxReads } from './outbox.ts';
import { ownPressReads } from './own-presses.ts';
import { ownVisits } from './own-visits.ts';
import { peopleReads } from './people.ts';
import { Query } from './query.ts';
import { retentionReads } from './retention.ts';
import type { Row } from './row.ts';
import type { StoreCounts, StoreReads } from './store.ts';
import { isSomebodys, strangerReads } from './strangers.ts';
import { visitReads } from './visits.ts';

/** Every read, its statements prepared, on a read-only connection. Each throws `StoreFault`. */
export function readsOf(db: Connection): StoreReads {
  return {
    ...peopleReads(db),
    ...faceReads(db),
    ...visitReads(db),
    ...strangerReads(db),
    ...outboxReads(db),
    ...deviceSettingReads(db),
    auditAnchor: auditAnchorRead(db),
    hasLived: livedRead(db),
    ...leftoverReads(db),
    ...retentionReads(db),
    ...ownPressReads(db),
    ...inventoryReads(db),
    ...accessReads(db),
    counts: countsRead(db),
    schema: () => schemaOf(db),
  };
}

function countsRead(db: Connection): () => StoreCounts {
  const counts = new Query(db, {
    table: 'counts',
    sql: `
      SELECT
        (SELECT count(*) FROM people WHERE merged_into IS NULL) AS people,
        (SELECT count(*) FROM faces WHERE kind = 'reference') AS reference_faces,
        (SELECT count(*) FROM visits WHERE id NOT IN (${ownVisits})) AS visits,
        (SELECT count(*) FROM visits WHERE phase <> 'decided' AND id NOT IN (${ownVisits})) AS unfinished_visits,
        (SELECT count(*) FROM strangers WHERE person_id IS NULL AND ${isSomebodys}) AS strangers,
        (SELECT count(*) FROM notifications
         WHERE status = 'pending' AND (visit_id IS NULL OR visit_id NOT IN (${ownVisits}))) AS pending_notifications,
        (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size) AS database_bytes`,
    decode: countsOf,
  });
  return () => counts.only();
}

function countsOf(row: Row): StoreCounts {
  return {
    people: row.number('people'),
    referenceFaces: row.number('reference_faces'),
    visits: row.number('visits'),
    unfinishedVisits: row.number('unfinished_visits'),
    strangers: row.number('strangers'),
    pendingNotifications: row.number('pending_notifications'),
    databaseBytes: row.number('database_bytes'),
  };
}
