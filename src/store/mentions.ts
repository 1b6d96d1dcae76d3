import type { Connection } from './connection.ts';
import { decisionOf } from './json-columns.ts';
import type { Candidate, Decision } from './records.ts';
import { jsonText, Row } from './row.ts';
import { shortName } from './short-name.ts';

/** What a visit tells of people in words. */
interface Told {
  readonly decision: Decision;
  readonly reason: string;
}

interface Unwanted {
  readonly ids: ReadonlySet<string>;
  readonly names: readonly string[];
}

/** Stands where a name stood: the reason stays, and says no more who it was. */
const somebodyRemoved = 'somebody who was removed';

/** Remembers whom the decision or the reason of a visit may name. Unknown people are left out. */
export function mentionPeople(db: Connection, visitId: string, personIds: readonly (string | undefined)[]): void {
  const mention = db.prepare(
    'INSERT OR IGNORE INTO mentions (person_id, visit_id) SELECT id, @visitId FROM people WHERE id = @personId',
  );
  for (const personId of personIds) if (personId !== undefined) mention.run({ visitId, personId });
}

/** Candidates whose person is no longer there: removed while the visit was being decided. */
export function goneCandidates(db: Connection, decision: Decision): ReadonlySet<string> {
  const isThere = db.prepare('SELECT EXISTS (SELECT 1 FROM people WHERE id = ?)').pluck();
  return new Set(decision.candidates.map(({ personId }) => personId).filter((id) => isThere.get(id) === 0));
}

/** The decision and its reason without a word about the people given; names are theirs of today. */
export function withoutPeople({ decision, reason }: Told, { ids, names }: Unwanted): Told {
  const isGone = (candidate: Candidate): boolean => ids.has(candidate.personId);
  const gone = decision.candidates.filter(isGone);
  return {
    decision: { ...decision, candidates: decision.candidates.filter((candidate) => !isGone(candidate)) },
    reason: withoutNames(reason, [...names, ...gone.map(({ name }) => name)]),
  };
}

/**
 * Takes the people out of every visit that mentions them and stays, and deletes the notifications that name them. A ring
 * is never deleted: it goes out before anybody is recognised.
 */
export function unmention(db: Connection, people: Unwanted): void {
  const mentioning = db.prepare('SELECT visit_id FROM mentions WHERE person_id = ?').pluck();
  const visitIds = new Set([...people.ids].flatMap((id) => mentioning.all(id)));
  const visit = db.prepare('SELECT decision, reason FROM visits WHERE id = ?');
  const save = db.prepare('UPDATE visits SET decision = ?, reason = ? WHERE id = ?');
  for (const visitId of visitIds) {
    const row = new Row('visits', visit.get(visitId));
    const decision = decisionOf(row.jsonRow('decision'));
    const rest = withoutPeople({ decision, reason: row.text('reason') }, people);
    save.run(jsonText('a decision', rest.decision, decisionOf), rest.reason, visitId);
    const oldNames = decision.candidates.filter(({ personId }) => people.ids.has(personId)).map(({ name }) => name);
    removeNotificationsNaming(db, visitId, [...people.names, ...oldNames]);
  }
}

function removeNotificationsNaming(db: Connection, visitId: unknown, names: readonly string[]): void {
  const remove = db.prepare('DELETE FROM notifications WHERE id = ?');
  const written = db
    .prepare(`SELECT id, payload FROM notifications WHERE visit_id = ? AND kind <> 'ring'`)
    .all(visitId);
  for (const columns of written) {
    const row = new Row('notifications', columns);
    if (holdsName(row.text('payload'), names)) remove.run(row.text('id'));
  }
}

/** Ann goes and Anna stays: a name is whole words. */
function withoutNames(reason: string, names: readonly string[]): string {
  const spellings = [...new Set(names.flatMap((name) => [name, shortName(name)]))].filter((name) => name !== '');
  return spellings
    .toSorted((one, other) => other.length - one.length)
    .map((name) => new RegExp(`(?<!${letter})${name.replace(patternSigns, String.raw`\$&`)}(?!${letter})`, 'gu'))
    .reduce((text, name) => text.replace(name, somebodyRemoved), reason);
}

const letter = String.raw`[\p{L}\p{M}\p{N}]`;
const patternSigns = /[\\^$.*+?()[\]{}|/]/g;

/** Plain, or as JSON writes it. */
function holdsName(text: string, names: readonly string[]): boolean {
  return names.some((name) => name !== '' && (text.includes(name) || text.includes(JSON.stringify(name).slice(1, -1))));
}
