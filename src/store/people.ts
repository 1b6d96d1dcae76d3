import type { Connection } from './connection.ts';
import { refuse } from './fault.ts';
import { Query } from './query.ts';
import { notifyRules, standings, type Person } from './records.ts';
import type { Row } from './row.ts';
import type { StoreReads } from './store.ts';
import type { Input } from './write-functions.ts';

/** The person itself and everybody merged into it, over any number of steps; binds the person's id. */
export const personAndMerged = `
  WITH RECURSIVE merged (id) AS (
    SELECT id FROM people WHERE id = ?
    UNION SELECT people.id FROM people JOIN merged ON people.merged_into = merged.id
  ) SELECT id FROM merged`;

export function peopleReads(db: Connection): Pick<StoreReads, 'people' | 'person'> {
  const people = new Query(db, {
    table: 'people',
    sql: 'SELECT * FROM people ORDER BY name COLLATE NOCASE, created_ms, id',
    decode: personOf,
  });
  const person = new Query(db, { table: 'people', sql: 'SELECT * FROM people WHERE id = ?', decode: personOf });
  return {
    people: () => people.all(),
    person: (id) => person.first(id),
  };
}

function personOf(row: Row): Person {
  return {
    id: row.text('id'),
    name: row.text('name'),
    standing: row.oneOf('standing', standings),
    notify: row.oneOf('notify', notifyRules),
    createdMs: row.number('created_ms'),
    mergedInto: row.maybeText('merged_into'),
  };
}

export function addPerson(db: Connection, person: Input<'addPerson'>): undefined {
  db.prepare(
    `INSERT INTO people (id, name, standing, notify, created_ms, merged_into)
     VALUES (@id, @name, @standing, @notify, @createdMs, @mergedInto)`,
  ).run({ ...person, mergedInto: person.mergedInto ?? null });
}

export function renamePerson(db: Connection, { personId, name }: Input<'renamePerson'>): undefined {
  const { changes } = db.prepare('UPDATE people SET name = ? WHERE id = ?').run(name, personId);
  if (changes === 0) refuse(`cannot rename person ${personId}: there is none`);
}

export function setPersonRules(db: Connection, { personId, standing, notify }: Input<'setPersonRules'>): undefined {
  const { changes } = db
    .prepare('UPDATE people SET standing = ?, notify = ? WHERE id = ?')
    .run(standing, notify, personId);
  if (changes === 0) refuse(`cannot set the rules of person ${personId}: there is none`);
}

export function mergePerson(db: Connection, { personId, into }: Input<'mergePerson'>): undefined {
  const merged = db.prepare(personAndMerged).pluck().all(personId);
  if (merged.length === 0) refuse(`cannot merge person ${personId}: there is none`);
  if (merged.includes(into)) refuse(`cannot merge person ${personId} into ${into}: that one is merged into it already`);
  db.prepare('UPDATE people SET merged_into = ? WHERE id = ?').run(into, personId);
}

export function unmergePerson(db: Connection, { personId }: Input<'unmergePerson'>): undefined {
  const { changes } = db.prepare('UPDATE people SET merged_into = NULL WHERE id = ?').run(personId);
  if (changes === 0) refuse(`cannot un-merge person ${personId}: there is none`);
}
