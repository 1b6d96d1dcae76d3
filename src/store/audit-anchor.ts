import type { Connection } from './connection.ts';
import { Query } from './query.ts';
import type { StoreReads } from './store.ts';
import type { Input } from './write-functions.ts';

export function auditAnchorRead(db: Connection): StoreReads['auditAnchor'] {
  const anchor = new Query(db, {
    table: 'audit_anchor',
    sql: 'SELECT seq, hash, sealing_key, head_key FROM audit_anchor',
    decode: (row) => ({
      seq: row.number('seq'),
      hash: row.text('hash'),
      sealingKey: row.text('sealing_key'),
      headKey: row.text('head_key'),
    }),
  });
  return () => anchor.first();
}

export function livedRead(db: Connection): StoreReads['hasLived'] {
  const lived = new Query(db, {
    table: 'time_lived',
    sql: `SELECT EXISTS (SELECT 1 FROM time_lived) OR EXISTS (SELECT 1 FROM people) OR EXISTS (SELECT 1 FROM visits) AS lived`,
    decode: (row) => row.number('lived') === 1,
  });
  return () => lived.only();
}

export function keepAuditAnchor(db: Connection, anchor: Input<'keepAuditAnchor'>): undefined {
  db.prepare(
    `INSERT OR REPLACE INTO audit_anchor (one, seq, hash, sealing_key, head_key)
     VALUES (1, @seq, @hash, @sealingKey, @headKey)`,
  ).run(anchor);
}
