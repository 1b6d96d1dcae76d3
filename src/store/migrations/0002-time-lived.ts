/**
 * Schema version 2. When rows were first seen, on a scale that only grows while the bell runs: their age is judged by it,
 * because a wall clock may be wrong when a row is written and again when its age is asked. Empty: not seen yet.
 */
export const timeLived = `
CREATE TABLE time_lived (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  lived_ms INTEGER NOT NULL
) STRICT;
ALTER TABLE visits ADD COLUMN seen_ms INTEGER;
CREATE INDEX visits_by_sight ON visits (seen_ms);
ALTER TABLE notifications ADD COLUMN seen_ms INTEGER;
CREATE INDEX notifications_by_sight ON notifications (seen_ms);
`;
