import { ownVisits } from '../../src/store/own-visits.ts';

/** The query, without what presses of the incumbent's own have begun: nobody has pressed there. */
export function somebodys(sql: string): string {
  const without = (table: string, column: string): string =>
    `FROM (SELECT rowid, * FROM ${table} WHERE ${column} IS NULL OR ${column} NOT IN (${ownVisits}))`;
  return sql
    .replaceAll('FROM visits', without('visits', 'id'))
    .replaceAll('FROM triggers', without('triggers', 'visit_id'))
    .replaceAll('FROM notifications', without('notifications', 'visit_id'));
}
