import type { Connection } from './connection.ts';
import { addFace } from './faces.ts';
import { refuse } from './fault.ts';
import { decisionOf, traceOf } from './json-columns.ts';
import { goneCandidates, mentionPeople, withoutPeople } from './mentions.ts';
import { addToOutbox } from './outbox.ts';
import { personAndMerged } from './people.ts';
import { type Bound, Query } from './query.ts';
import { pressKinds, triggerSources, visitPhases, type Trigger, type Visit, type VisitPhase } from './records.ts';
import { jsonText, Row } from './row.ts';
import { columnOf, type Decided, decidedColumns, decidedOrNull, decidedSchema } from './visit-columns.ts';
import type { StoreReads, VisitQuery } from './store.ts';
import { ownVisits } from './own-visits.ts';
import { createStranger, forgetEmptyStranger } from './strangers.ts';
import type { Input } from './write-functions.ts';

/** One read of visits gives no more than this, whatever the limit says. */
const visitsReadMax = 1000;

/** Visits with the person of today: the row keeps the one it was decided for, so that an un-merge gives it back. */
const visitsWithPerson = `
  SELECT visits.*, whose.id AS whose_id, whose.name AS whose_name
  FROM visits LEFT JOIN people AS whose ON whose.id = (
    WITH RECURSIVE climb (id, merged_into) AS (
      SELECT id, merged_into FROM people WHERE id = visits.person_id
      UNION SELECT people.id, people.merged_into FROM people JOIN climb ON people.id = climb.merged_into
    ) SELECT id FROM climb WHERE merged_into IS NULL
  )`;

type VisitReads = Pick<StoreReads, 'visit' | 'visits' | 'triggersOf' | 'unfinishedVisits' | 'trigger' | 'triggerPlace'>;

export function visitReads(db: Connection): VisitReads {
  const visits = (condition: string): Query<Visit> =>
    new Query(db, { table: 'visits', sql: `${visitsWithPerson} ${condition}`, decode: visitOf });
  const byId = visits('WHERE visits.id = ?');
  const unfinished = visits(
    `WHERE phase <> 'decided' AND visits.id NOT IN (${ownVisits}) ORDER BY started_ms, visits.id LIMIT ${visitsReadMax}`,
  );
  const lists = new Map<string, Query<Visit>>();
  const triggers = new Query(db, {
    table: 'triggers',
    sql: 'SELECT * FROM triggers WHERE visit_id = ? ORDER BY at_ms, rowid',
    decode: triggerOf,
  });
  const place = new Query(db, {
    table: 'triggers',
    sql: 'SELECT coalesce(max(rowid), 0) AS place FROM triggers',
    decode: (row) => row.number('place'),
  });
  const trigger = new Query(db, { table: 'triggers', sql: 'SELECT * FROM triggers WHERE id = ?', decode: triggerOf });
  return {
    visit: (id) => byId.first(id),
    visits: (query) => {
      const { condition, bound } = conditionOf(query);
      const list = lists.get(condition) ?? visits(condition);
      lists.set(condition, list);
      return list.all(...bound);
    },
    triggersOf: (visitId) => triggers.all(visitId),
    unfinishedVisits: () => unfinished.all(),
    trigger: (id) => trigger.first(id),
    triggerPlace: () => place.only(),
  };
}

/** Only the filters asked for, so that SQLite picks the index that fits; there are 32 texts at most. */
function conditionOf(query: VisitQuery): { condition: string; bound: readonly Bound[] } {
  const filters: readonly (readonly [sql: string, value: Bound | undefined])[] = [
    ['started_ms < ?', query.beforeMs],
    ['outcome = ?', query.outcome],
    [`person_id IN (${personAndMerged})`, query.personId],
    ['stranger_id = ?', query.strangerId],
    // No id holds a character that GLOB takes for another.
    ['visits.id GLOB ?', query.idBeginning === undefined ? undefined : `${query.idBeginning}*`],
  ];
  const asked = filters.filter(([, value]) => value !== undefined);
  const where = [`visits.id NOT IN (${ownVisits})`, ...asked.map(([sql]) => sql)].join(' AND ');
  return {
    condition: `WHERE ${where} ORDER BY started_ms DESC, visits.id DESC LIMIT ?`,
    bound: [...asked.map(([, value]) => value ?? null), Math.min(query.limit, visitsReadMax)],
  };
}

function visitOf(row: Row): Visit {
  const decision = row.maybeJsonRow('decision');
  return {
    id: row.text('id'),
    phase: row.oneOf('phase', visitPhases),
    source: row.oneOf('source', triggerSources),
    startedMs: row.number('started_ms'),
    frames: row.jsonTexts('frames'),
    picture: row.maybeText('picture'),
    thumbnail: row.maybeText('thumbnail'),
    personId: row.maybeText('whose_id'),
    personName: row.maybeText('whose_name'),
    strangerId: row.maybeText('stranger_id'),
    ...decidedOf(row),
    decision: decision === undefined ? undefined : decisionOf(decision),
    trace: traceOf(row.jsonRow('trace')),
  };
}

function decidedOf(row: Row): Pick<Visit, 'outcome' | 'reason'> & Decided {
  const { outcome, reason, ...more } = row.fields(Object.keys(decidedColumns), decidedSchema, columnOf);
  return { outcome, reason, ...more };
}

export function triggerOf(row: Row): Trigger {
  return {
    id: row.text('id'),
    visitId: row.text('visit_id'),
    source: row.oneOf('source', triggerSources),
    press: row.maybeOneOf('press', pressKinds),
    atMs: row.number('at_ms'),
  };
}

export function openVisit(db: Connection, { visit, trigger, notifications }: Input<'openVisit'>): undefined {
  db.prepare(`INSERT INTO visits (id, phase, source, started_ms) VALUES (@id, 'open', @source, @startedMs)`).run(visit);
  addTrigger(db, { trigger, notifications });
}

export function addTrigger(db: Connection, { trigger, notifications }: Input<'addTrigger'>): undefined {
  db.prepare(
    'INSERT INTO triggers (id, visit_id, source, press, at_ms) VALUES (@id, @visitId, @source, @press, @atMs)',
  ).run({ ...trigger, press: trigger.press ?? null });
  addToOutbox(db, notifications);
}

/** A frame that was still being saved when the visit was decided belongs to it all the same. */
export function saveFrames(db: Connection, { visitId, frames }: Input<'saveFrames'>): undefined {
  requirePhase(db, visitId, ['open', 'captured', 'decided']);
  db.prepare(
    `UPDATE visits SET phase = CASE phase WHEN 'open' THEN 'captured' ELSE phase END, frames = ? WHERE id = ?`,
  ).run(JSON.stringify(frames), visitId);
}

const decidedSql = Object.keys(decidedColumns)
  .map((name) => `${columnOf(name)} = @${name}`)
  .join(', ');

export function decideVisit(db: Connection, decided: Input<'decideVisit'>): undefined {
  const { visitId, personId, strangerId, face } = decided;
  requirePhase(db, visitId, ['open', 'captured']);
  const gone = goneCandidates(db, decided.decision);
  const { decision, reason } = withoutPeople(decided, { ids: gone, names: [] });
  if (strangerId !== undefined) createStranger(db, { strangerId, createdMs: decided.decidedMs });
  db.prepare(
    `UPDATE visits SET phase = 'decided', decided_ms = @decidedMs, person_id = @personId, stranger_id = @strangerId,
       decision = @decision, picture = @picture, thumbnail = @thumbnail, ${decidedSql} WHERE id = @visitId`,
  ).run({
    visitId,
    decidedMs: decided.decidedMs,
    ...decidedOrNull({ ...decided, reason }),
    personId: personId ?? null,
    strangerId: strangerId ?? null,
    decision: jsonText('a decision', decision, decisionOf),
    picture: decided.picture ?? null,
    thumbnail: decided.thumbnail ?? null,
  });
  saveTrace(db, { visitId, trace: decided.trace });
  mentionPeople(db, visitId, [personId, ...decision.candidates.map((candidate) => candidate.personId)]);
  if (face !== undefined) addFace(db, face);
  addToOutbox(db, decided.notifications);
}

/** Nothing happens when the visit is gone: it was removed while its notification was under way. */
export function saveTrace(db: Connection, { visitId, trace }: Input<'saveTrace'>): undefined {
  db.prepare('UPDATE visits SET trace = json_patch(trace, ?) WHERE id = ?').run(
    jsonText('a trace', trace, traceOf),
    visitId,
  );
}

export function correctVisit(db: Connection, correction: Input<'correctVisit'>): undefined {
  const { visitId, personId, outcome, reason } = correction;
  const before = requirePhase(db, visitId, ['decided']);
  db.prepare('UPDATE visits SET person_id = ?, outcome = ?, reason = ?, stranger_id = NULL WHERE id = ?').run(
    personId,
    outcome,
    reason,
    visitId,
  );
  mentionPeople(db, visitId, [personId ?? undefined, before.maybeText('person_id')]);
  const strangerId = before.maybeText('stranger_id');
  if (strangerId !== undefined) forgetEmptyStranger(db, strangerId);
}

/** The visit's row, refused when there is none or when it has gone on to another phase. */
function requirePhase(db: Connection, visitId: string, phases: readonly VisitPhase[]): Row {
  const columns = db.prepare('SELECT phase, person_id, stranger_id FROM visits WHERE id = ?').get(visitId);
  if (columns === undefined) refuse(`cannot change visit ${visitId}: there is none`);
  const row = new Row('visits', columns);
  const phase = row.oneOf('phase', visitPhases);
  if (!phases.includes(phase)) refuse(`cannot change visit ${visitId} so: it is ${phase}, not ${phases.join(' or ')}`);
  return row;
}
