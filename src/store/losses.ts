import type { Losses } from '../system/losses.ts';
import type { Connection } from './connection.ts';
import { Row } from './row.ts';
import { quoted, sameRow, type Table, tableOf, tablesOf } from './tables.ts';

/** The column that tells kinds of rows apart. */
const kindColumns: Readonly<Record<string, string>> = { faces: 'kind', notifications: 'kind' };
/** A running bell adds to it. */
const grows = 'time_lived';

/**
 * Compares the main database of the connection with the one that is attached as `earlier`: every row that was there, by
 * its primary key, in all its columns. Takes about a second for 100,000 rows: not for the main thread.
 */
export function findLosses(db: Connection): Omit<Losses, 'unusable'> {
  const gone: string[] = [];
  const rows: Losses['rows'][number][] = [];
  const changes: Losses['changes'][number][] = [];
  const reordered: string[] = [];
  for (const table of tablesOf(db, 'earlier')) {
    if (table.keys.length === 0 || table.name === grows) continue;
    const now = tableOf(db, 'main', table.name);
    const missing = table.columns.filter((column) => !now.columns.includes(column));
    if (missing.length === table.columns.length) gone.push(table.name);
    else gone.push(...missing.map((column) => `${table.name}.${column}`));
    if (table.keys.some((key) => missing.includes(key))) {
      rows.push(...lostRows(db, table, '0'));
      continue;
    }
    rows.push(
      ...lostRows(
        db,
        table,
        `EXISTS (SELECT 1 FROM main.${quoted(table.name)} AS later WHERE ${sameRow(table, 'later', 'earlier')})`,
      ),
    );
    changes.push(...changedColumns(db, table, missing));
    if (table.hasPlaces && now.hasPlaces && isReordered(db, table)) reordered.push(table.name);
  }
  return { gone, rows, changes, reordered };
}

/** `isThere` says of a row of `earlier` whether it still is. */
function lostRows(db: Connection, { name }: Table, isThere: string): readonly Losses['rows'][number][] {
  const kind = kindColumns[name];
  return db
    .prepare(
      `SELECT kind, count(*) AS before, sum(isThere) AS left
       FROM (SELECT ${kind === undefined ? `''` : quoted(kind)} AS kind, ${isThere} AS isThere FROM earlier.${quoted(name)} AS earlier)
       GROUP BY kind HAVING before > left`,
    )
    .all()
    .map((columns) => new Row(name, columns))
    .map((row) => ({ table: name, kind: row.text('kind'), before: row.number('before'), left: row.number('left') }));
}

function changedColumns(db: Connection, table: Table, missing: readonly string[]): Losses['changes'] {
  const columns = table.columns.filter((column) => !missing.includes(column) && !table.keys.includes(column));
  if (columns.length === 0) return [];
  const differs = (column: string): string => {
    const [before, now] = [`earlier.${quoted(column)}`, `later.${quoted(column)}`];
    return `coalesce(sum(${before} IS NOT ${now} OR typeof(${before}) <> typeof(${now})), 0)`;
  };
  const counts = columns.map((column, index) => `${differs(column)} AS c${index}`).join(', ');
  const row = new Row(table.name, db.prepare(`SELECT ${counts} FROM ${joined(table)}`).get());
  return columns
    .map((column, index) => ({ table: table.name, column, rows: row.number(`c${index}`) }))
    .filter(({ rows }) => rows > 0);
}

function isReordered(db: Connection, table: Table): boolean {
  const places = `SELECT later.rowid AS place, lag(later.rowid) OVER (ORDER BY earlier.rowid) AS before FROM ${joined(table)}`;
  return db.prepare(`SELECT EXISTS (SELECT 1 FROM (${places}) WHERE place < before)`).pluck().get() === 1;
}

function joined(table: Table): string {
  const name = quoted(table.name);
  return `earlier.${name} AS earlier JOIN main.${name} AS later ON ${sameRow(table, 'later', 'earlier')}`;
}
