/**
 * Schema version 1. Values of a list (phase, outcome, kind ...) carry no CHECK: SQLite cannot widen one in place, and
 * migrations only add. `row.ts` refuses what it does not know.
 */
export const foundation = `
CREATE TABLE people (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  standing TEXT NOT NULL,
  notify TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  merged_into TEXT REFERENCES people (id)
) STRICT;
CREATE INDEX people_by_merged_into ON people (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE strangers (
  id TEXT PRIMARY KEY,
  created_ms INTEGER NOT NULL,
  person_id TEXT REFERENCES people (id)
) STRICT;
CREATE INDEX strangers_by_person ON strangers (person_id) WHERE person_id IS NOT NULL;

CREATE TABLE visits (
  id TEXT PRIMARY KEY,
  phase TEXT NOT NULL,
  source TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  decided_ms INTEGER,
  frames TEXT NOT NULL DEFAULT '[]',
  picture TEXT,
  thumbnail TEXT,
  outcome TEXT,
  person_id TEXT REFERENCES people (id),
  stranger_id TEXT REFERENCES strangers (id),
  reason TEXT,
  decision TEXT,
  trace TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX visits_by_start ON visits (started_ms);
CREATE INDEX visits_by_outcome ON visits (outcome, started_ms);
CREATE INDEX visits_by_person ON visits (person_id, started_ms) WHERE person_id IS NOT NULL;
CREATE INDEX visits_by_stranger ON visits (stranger_id, started_ms) WHERE stranger_id IS NOT NULL;
CREATE INDEX visits_unfinished ON visits (started_ms) WHERE phase <> 'decided';

-- Everybody whose name a visit's decision or reason may hold, so that removing a person finds it without a search.
CREATE TABLE mentions (
  person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  visit_id TEXT NOT NULL REFERENCES visits (id) ON DELETE CASCADE,
  PRIMARY KEY (person_id, visit_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_by_visit ON mentions (visit_id);

CREATE TABLE triggers (
  id TEXT PRIMARY KEY,
  visit_id TEXT NOT NULL REFERENCES visits (id) ON DELETE CASCADE,
  source TEXT NOT NULL,
  press TEXT,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX triggers_by_visit ON triggers (visit_id, at_ms);

CREATE TABLE faces (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  person_id TEXT REFERENCES people (id),
  visit_id TEXT REFERENCES visits (id),
  picture TEXT NOT NULL,
  landmarks BLOB NOT NULL,
  quality TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX faces_by_person ON faces (person_id, created_ms) WHERE person_id IS NOT NULL;
CREATE INDEX faces_by_visit ON faces (visit_id) WHERE visit_id IS NOT NULL;
CREATE INDEX faces_by_picture ON faces (picture);
CREATE INDEX faces_by_creation ON faces (created_ms);

CREATE TABLE embeddings (
  face_id TEXT NOT NULL REFERENCES faces (id) ON DELETE CASCADE,
  recogniser TEXT NOT NULL,
  vector BLOB NOT NULL,
  PRIMARY KEY (face_id, recogniser)
) STRICT;

CREATE TABLE notifications (
  id TEXT PRIMARY KEY,
  visit_id TEXT REFERENCES visits (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  channel TEXT NOT NULL,
  priority TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  payload TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_ms INTEGER NOT NULL,
  status TEXT NOT NULL DEFAULT 'pending',
  last_error TEXT,
  created_ms INTEGER NOT NULL,
  sent_ms INTEGER
) STRICT;
CREATE INDEX notifications_by_visit ON notifications (visit_id) WHERE visit_id IS NOT NULL;
CREATE INDEX notifications_pending ON notifications (due_ms) WHERE status = 'pending';
CREATE INDEX notifications_finished ON notifications (created_ms) WHERE status <> 'pending';

CREATE TABLE device_settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- Files whose rows are gone and that are still to be removed: a power cut between the two must not keep a picture.
CREATE TABLE leftover_files (
  path TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
`;
