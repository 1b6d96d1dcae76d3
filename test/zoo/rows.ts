/** A ledger kept outside: what the household has, row by row, and what of it is missing or has changed afterwards. */
/** What a household has, on this machine or inside another one. */
export interface Belongings {
  /** What its database answers. */
  rows(sql: string): Promise<readonly unknown[]>;
  /** Whether it has a file, by its path in the home. */
  has(path: string): boolean;
}

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

export async function readRows(household: Belongings): Promise<Rows> {
  const mapOf = async (kind: keyof typeof queries): Promise<Map<string, string>> => {
    const found = (await household.rows(queries[kind])) as readonly { name: string; says: string }[];
    return new Map(found.map(({ name, says }) => [name, says]));
  };
  const [people, visits, faces] = [await mapOf('people'), await mapOf('visits'), await mapOf('faces')];
  const [embeddings, settings] = [await mapOf('embeddings'), await mapOf('settings')];
  const files = [...visits.values(), ...faces.values()].flatMap((says) => says.match(/(visits|people)\/[\w/-]+\.jpg/g) ?? []);
  const pictures = new Map(files.filter((file) => household.has(file)).map((file) => [file, 'there']));
  return { people, visits, faces, embeddings, settings, pictures };
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

export async function readRings(household: Pick<Belongings, 'rows'>, sinceMs: number): Promise<readonly RingRow[]> {
  const pressed = "source = 'button' AND press IN ('press', 'double')";
  const sql = `SELECT id, at_ms AS atMs FROM triggers WHERE ${pressed} AND at_ms >= ${sinceMs} ORDER BY rowid`;
  return (await household.rows(sql)) as readonly RingRow[];
}
