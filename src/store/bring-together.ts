import type { Connection } from './connection.ts';
import { householdsWords } from './households-word.ts';
import { removePerson } from './removal.ts';
import { removeVisit } from './retention.ts';
import { Row } from './row.ts';
import { type Schema, type Table, quoted, sameRow, tableOf, tablesOf } from './tables.ts';

/** What became of the rows, by table. */
export interface Restored {
  /** They were missing, and are there again. */
  readonly back: readonly { readonly table: string; readonly rows: number }[];
  /** They were written since, and stay. */
  readonly since: readonly { readonly table: string; readonly rows: number }[];
  /** Written since, and pointing at something that is nowhere any more. */
  readonly leftOut: number;
}

/** Of these the present row holds: they only go forward. A notification that went out must not go out again. */
const forwards = ['notifications', 'time_lived', 'audit_anchor'];

/** Of these the present database holds all: a session or a token that has ended must not come back, nor an old password. */
const ofNowAlone = ['users', 'recovery_codes', 'known_devices', 'sessions', 'tokens', 'invitations'];

/**
 * Adds to the main database, which is a snapshot, what the database `present` has written since. Where both have a row the
 * snapshot's holds, but for what only goes forward: a visit that has been finished or corrected since, and deliveries.
 * Foreign keys are off, within a transaction.
 */
export function bringTogether(db: Connection): Restored {
  const back: Restored['back'][number][] = [];
  const since: Restored['since'][number][] = [];
  for (const table of tablesOf(db, 'main')) {
    const present = tableOf(db, 'present', table.name);
    const columns = table.columns.filter((column) => present.columns.includes(column));
    if (ofNowAlone.includes(table.name)) {
      if (present.columns.length > 0) replace(db, table, columns);
      continue;
    }
    if (table.keys.length === 0 || table.keys.some((key) => !columns.includes(key))) continue;
    const missing = rowsOnlyIn(db, table, { one: 'main', other: 'present' });
    const newer = rowsOnlyIn(db, table, { one: 'present', other: 'main' });
    if (missing > 0) back.push({ table: table.name, rows: missing });
    if (newer > 0) since.push({ table: table.name, rows: newer });
    add(db, table, columns);
    goForward(db, table, columns);
  }
  keepFiles(db);
  return { back, since, leftOut: leaveOut(db) };
}

function rowsOnlyIn(
  db: Connection,
  table: Table,
  { one, other }: { readonly one: Schema; readonly other: Schema },
): number {
  const name = quoted(table.name);
  const sql = `
    SELECT count(*) AS rows FROM ${one}.${name} AS one
    WHERE NOT EXISTS (SELECT 1 FROM ${other}.${name} AS other WHERE ${sameRow(table, 'one', 'other')})`;
  return new Row(table.name, db.prepare(sql).get()).number('rows');
}

/** Who and what somebody has removed since must not come back. Foreign keys are on, within a transaction. */
export function forgetAgain(db: Connection, { people, visits }: Forgotten): void {
  const isPresent = (table: string, id: string): boolean =>
    db.prepare(`SELECT EXISTS (SELECT 1 FROM present.${table} WHERE id = ?)`).pluck().get(id) === 1;
  const isThere = (table: string, id: string): boolean =>
    db.prepare(`SELECT EXISTS (SELECT 1 FROM main.${table} WHERE id = ?)`).pluck().get(id) === 1;
  for (const personId of people)
    if (isThere('people', personId) && !isPresent('people', personId)) removePerson(db, { personId });
  for (const visitId of visits) if (!isPresent('visits', visitId)) removeVisit(db, { visitId });
}

/** Ids of people, visits and users that somebody has removed, whenever. */
export interface Forgotten {
  readonly people: readonly string[];
  readonly visits: readonly string[];
  readonly users: readonly string[];
}

/** Where nothing of now can be read, what may have ended since has ended: whoever is still a user logs in anew. */
export function endAccess(db: Connection, { users }: Pick<Forgotten, 'users'>): void {
  for (const table of ['sessions', 'tokens', 'invitations', 'known_devices']) db.exec(`DELETE FROM main.${table}`);
  for (const id of users) db.prepare('DELETE FROM main.users WHERE id = ?').run(id);
}

function replace(db: Connection, table: Table, columns: readonly string[]): void {
  db.exec(`DELETE FROM main.${quoted(table.name)}`);
  add(db, table, columns);
}

/** In the order in which they were recorded. */
function add(db: Connection, table: Table, columns: readonly string[]): void {
  const [name, list] = [quoted(table.name), columns.map(quoted).join(', ')];
  db.exec(
    `INSERT OR IGNORE INTO main.${name} (${list})
     SELECT ${list} FROM present.${name} ${table.hasPlaces ? 'ORDER BY rowid' : ''}`,
  );
}

function goForward(db: Connection, table: Table, columns: readonly string[]): void {
  const isVisits = table.name === 'visits';
  if (!isVisits && !forwards.includes(table.name)) return;
  const said = householdsWords.map((words) => `now.reason LIKE '${words}%'`).join(' OR ');
  const isAhead = `(was.phase <> 'decided' AND now.phase <> 'open') OR ((${said}) AND now.reason IS NOT was.reason)`;
  const name = quoted(table.name);
  const sets = columns
    .filter((column) => !table.keys.includes(column))
    .map((column) => `${quoted(column)} = now.${quoted(column)}`);
  db.exec(
    `UPDATE main.${name} AS was SET ${sets.join(', ')} FROM present.${name} AS now
     WHERE ${sameRow(table, 'was', 'now')} ${isVisits ? `AND (${isAhead})` : ''}`,
  );
}

/** A picture whose row is back must not be removed as a leftover of it. */
function keepFiles(db: Connection): void {
  db.exec(
    `DELETE FROM main.leftover_files WHERE path IN (SELECT picture FROM main.faces)
       OR path IN (SELECT picture FROM main.visits) OR path IN (SELECT thumbnail FROM main.visits)
       OR path IN (SELECT value FROM main.visits, json_each(frames))`,
  );
}

/** What points at something that the present database had lost already points at nothing, or goes where it has to point. */
function leaveOut(db: Connection): number {
  let leftOut = db
    .prepare(
      `DELETE FROM main.mentions
       WHERE person_id NOT IN (SELECT id FROM main.people) OR visit_id NOT IN (SELECT id FROM main.visits)`,
    )
    .run().changes;
  for (;;) {
    const broken = db
      .prepare('PRAGMA main.foreign_key_check')
      .all()
      .map((columns) => new Row('foreign keys', columns));
    if (broken.length === 0) return leftOut;
    for (const row of broken) {
      const [table, place] = [row.text('table'), row.number('rowid')];
      const column = columnOfKey(db, table, row.number('fkid'));
      if (column === undefined)
        leftOut += db.prepare(`DELETE FROM main.${quoted(table)} WHERE rowid = ?`).run(place).changes;
      else db.prepare(`UPDATE main.${quoted(table)} SET ${quoted(column)} = NULL WHERE rowid = ?`).run(place);
    }
  }
}

/** The column of a foreign key when it may be empty. */
function columnOfKey(db: Connection, table: string, key: number): string | undefined {
  const column = db
    .prepare(
      `SELECT "from" FROM pragma_foreign_key_list(@table) AS keys JOIN pragma_table_info(@table) AS columns
       ON columns.name = keys."from" WHERE keys.id = @key AND columns."notnull" = 0`,
    )
    .pluck()
    .get({ table, key });
  return typeof column === 'string' ? column : undefined;
}
