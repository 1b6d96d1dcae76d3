/**
 * Schema version 6. What is remembered of the audit chain where its own files cannot reach: its newest entry, now and then,
 * and the public keys that sign it.
 */
export const auditAnchor = `
CREATE TABLE audit_anchor (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  sealing_key TEXT NOT NULL,
  head_key TEXT NOT NULL
) STRICT;
`;
