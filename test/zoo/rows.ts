/** A ledger kept outside: what the household has, row by row, and what of it is missing or has changed afterwards. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** By kind and name, what a row says that no release may change by itself. */
export type Rows = Readonly<
  Record<'people' | 'visits' | 'faces' | 'embeddings' | 'settings' | 'pictures', ReadonlyMap<string, string>>
>;

const queries = {
  people: 'SELECT id AS name, json_array(name, standing, notify, merged_into) AS says FROM people',
  visits: `SELECT id AS name, json_array(outcome, person_id, stranger_id, frames, picture, thumbnail, reason) AS says
           FROM visits WHERE phase = 'decided'`,
  faces: 'SELECT id AS name, json_array(kind, person_id, visit_id, picture) AS says FROM faces',
  embeddings: "SELECT face_id || ' ' || recogniser AS name, hex(vector) AS says FROM embeddings",
  settings: 'SELECT key AS name, value AS says FROM device_settings',
} as const; // prettier-ignore

export function readRows(home: string): Rows {
  const database = new Database(join(home, 'doorward.db'), { readonly: true });
  try {
    const mapOf = (sql: string): Map<string, string> =>
      new Map(
        database
          .prepare<[], { name: string; says: string }>(sql)
          .all()
          .map(({ name, says }) => [name, says]),
      );
    const rows = Object.fromEntries(Object.entries(queries).map(([kind, sql]) => [kind, mapOf(sql)]));
    const { people = new Map(), visits = new Map(), faces = new Map(), embeddings = new Map(), settings = new Map() } = rows;
    const files = [...visits.values(), ...faces.values()].flatMap((says) => says.match(/(visits|people)\/[\w/-]+\.jpg/g) ?? []);
    const pictures = new Map(files.filter((file) => existsSync(join(home, file))).map((file) => [file, 'there']));
    return { people, visits, faces, embeddings, settings, pictures };
  } finally {
    database.close();
  }
} // prettier-ignore

/** What was there before and is not there as it was, in words. */
export function missingRows(before: Rows, after: Rows): readonly string[] {
  return Object.entries(after).flatMap(([kind, rows]) => {
    const known: ReadonlyMap<string, string> = before[kind as keyof Rows];
    return [...known].filter(([name, says]) => rows.get(name) !== says).map(([name]) => `${kind} ${name}`);
  });
}

/** A press that the writer has, whoever wrote it. */
export interface RingRow {
  readonly id: string;
  readonly atMs: number;
}

export function readRings(home: string, sinceMs: number): readonly RingRow[] {
  const database = new Database(join(home, 'doorward.db'), { readonly: true });
  try {
    return database
      .prepare<[number], RingRow>(
        "SELECT id, at_ms AS atMs FROM triggers WHERE source = 'button' AND press IN ('press', 'double') AND at_ms >= ? ORDER BY rowid",
      )
      .all(sinceMs);
  } finally {
    database.close();
  }
}
