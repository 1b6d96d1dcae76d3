import type { Connection } from './connection.ts';
import { Row } from './row.ts';

/** A table as the schema has it. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** Of its primary key. */
  readonly keys: readonly string[];
  /** Its rows stand in the order in which they were recorded. */
  readonly hasPlaces: boolean;
}

/** A database of a connection: the main one, or one that is attached. */
export type Schema = 'main' | 'earlier' | 'present';

/** Every table of the database that is not SQLite's own. */
export function tablesOf(db: Connection, schema: Schema): readonly Table[] {
  const names = db
    .prepare(`SELECT name FROM ${schema}.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`)
    .pluck()
    .all();
  return names.filter((name) => typeof name === 'string').map((name) => tableOf(db, schema, name));
}

/** Without columns when there is none. */
export function tableOf(db: Connection, schema: Schema, name: string): Table {
  const columns = db
    .prepare('SELECT name, pk FROM pragma_table_info(?, ?)')
    .all(name, schema)
    .map((column) => new Row('the schema', column));
  const isWithout = db
    .prepare(`SELECT wr FROM pragma_table_list WHERE schema = ? AND name = ? AND type = 'table'`)
    .pluck()
    .get(schema, name);
  return {
    name,
    columns: columns.map((column) => column.text('name')),
    keys: columns.filter((column) => column.number('pk') > 0).map((column) => column.text('name')),
    hasPlaces: isWithout === 0,
  };
}

/** SQL for "the same row", by the primary key, in two tables under these names. */
export function sameRow({ keys }: Table, one: string, other: string): string {
  return keys.map((key) => `${one}.${quoted(key)} = ${other}.${quoted(key)}`).join(' AND ');
}

/** A name as SQL has it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
