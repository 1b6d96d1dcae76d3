import { forgetAllBackups, forgetBackupsWith } from './backups.ts';
import type { Connection } from './connection.ts';
import { refuse } from './fault.ts';
import { leaveFiles } from './leftover-files.ts';
import { unmention } from './mentions.ts';
import { personAndMerged } from './people.ts';
import { forgetVisit } from './retention.ts';
import { Row } from './row.ts';
import type { Removal } from './store.ts';
import type { Input } from './write-functions.ts';

type Counts = Omit<Removal, 'backups' | 'files'>;

export function removePerson(db: Connection, { personId }: Input<'removePerson'>): Removal {
  const before = countsOf(db);
  const people = db
    .prepare(`SELECT id, name FROM people WHERE id IN (${personAndMerged})`)
    .all(personId)
    .map((columns) => new Row('people', columns));
  if (people.length === 0) refuse(`cannot remove person ${personId}: there is none`);
  const idList = people.map((row) => row.text('id'));
  const ids = JSON.stringify(idList);
  const backups = [...forgetBackupsWith(db, ids)];
  const files = removeRowsOf(db, ids);
  unmention(db, { ids: new Set(idList), names: people.map((row) => row.text('name')) });
  db.prepare('DELETE FROM people WHERE id IN (SELECT value FROM json_each(?))').run(ids);
  const after = countsOf(db);
  // A visit may be older than the person's name: copies made in between hold the face.
  if (after.visits < before.visits) backups.push(...forgetAllBackups(db));
  return {
    people: before.people - after.people,
    faces: before.faces - after.faces,
    embeddings: before.embeddings - after.embeddings,
    visits: before.visits - after.visits,
    triggers: before.triggers - after.triggers,
    notifications: before.notifications - after.notifications,
    strangers: before.strangers - after.strangers,
    backups: backups.length,
    files: leaveFiles(db, [...files, ...backups]),
  };
}

/** `ids` is a JSON list. Returns the paths that the rows named. */
function removeRowsOf(db: Connection, ids: string): readonly unknown[] {
  const bound = { ids };
  const visitIds = db.prepare(visitsOfPeople).pluck().all(bound);
  const faces = db.prepare(`
    DELETE FROM faces WHERE person_id IN (SELECT value FROM json_each(@ids)) RETURNING picture`);
  const paths = faces.pluck().all(bound);
  // Whoever is told to be "not the other one" in a visit of this person is this person.
  const negatives = db.prepare(`DELETE FROM faces WHERE visit_id = ? AND kind = 'negative' RETURNING picture`).pluck();
  for (const visitId of visitIds) {
    if (typeof visitId === 'string') paths.push(...negatives.all(visitId), ...forgetVisit(db, visitId));
  }
  db.prepare('DELETE FROM strangers WHERE person_id IN (SELECT value FROM json_each(@ids))').run(bound);
  return paths;
}

/** Visits by these people, by their strangers, and those without a person from which one of them was enrolled. */
const visitsOfPeople = `
  WITH gone (id) AS (SELECT value FROM json_each(@ids))
  SELECT id FROM visits WHERE person_id IN gone
  UNION SELECT id FROM visits WHERE stranger_id IN (SELECT id FROM strangers WHERE person_id IN gone)
  UNION SELECT visits.id FROM faces JOIN visits ON visits.id = faces.visit_id
    WHERE faces.kind = 'reference' AND faces.person_id IN gone AND visits.person_id IS NULL`;

function countsOf(db: Connection): Counts {
  const count = (table: string): number =>
    new Row(table, db.prepare(`SELECT count(*) AS rows FROM ${table}`).get()).number('rows');
  return {
    people: count('people'),
    faces: count('faces'),
    embeddings: count('embeddings'),
    visits: count('visits'),
    triggers: count('triggers'),
    notifications: count('notifications'),
    strangers: count('strangers'),
  };
}
