import type { Connection } from './connection.ts';
import { Query } from './query.ts';
import {
  notificationKinds, notificationPriorities, notificationStatuses, type NewNotification, type Notification,
} from './records.ts'; // prettier-ignore
import type { Row } from './row.ts';
import type { StoreReads } from './store.ts';
import type { Input, Result } from './write-functions.ts';

/** Notifications that may wait for delivery; beyond, the oldest normal ones are suppressed, then the oldest of all. */
export const pendingMax = 1000;
const pruneMax = 1000;

type OutboxReads = Pick<StoreReads, 'notificationsPending' | 'notificationsOf'>;

export function outboxReads(db: Connection): OutboxReads {
  const notifications = (condition: string): Query<Notification> =>
    new Query(db, {
      table: 'notifications',
      sql: `SELECT * FROM notifications WHERE ${condition}`,
      decode: notificationOf,
    });
  const pending = notifications(
    `status = 'pending' AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY rowid LIMIT ?`,
  );
  const ofVisit = notifications('visit_id = ? ORDER BY created_ms, rowid');
  return {
    notificationsPending: ({ except, limit }) => pending.all(JSON.stringify(except), limit),
    notificationsOf: (visitId) => ofVisit.all(visitId),
  };
}

function notificationOf(row: Row): Notification {
  return {
    id: row.text('id'),
    visitId: row.maybeText('visit_id'),
    kind: row.oneOf('kind', notificationKinds),
    channel: row.text('channel'),
    priority: row.oneOf('priority', notificationPriorities),
    idempotencyKey: row.text('idempotency_key'),
    payload: row.text('payload'),
    attempts: row.number('attempts'),
    dueMs: row.number('due_ms'),
    status: row.oneOf('status', notificationStatuses),
    lastError: row.maybeText('last_error'),
    createdMs: row.number('created_ms'),
  };
}

/** Puts notifications into the outbox within the transaction of what they tell, and keeps it within `pendingMax`. */
export function addToOutbox(db: Connection, notifications: readonly NewNotification[]): void {
  if (notifications.length === 0) return;
  const insert = db.prepare(
    `INSERT INTO notifications (id, visit_id, kind, channel, priority, idempotency_key, payload, due_ms, created_ms)
     VALUES (@id, @visitId, @kind, @channel, @priority, @idempotencyKey, @payload, @dueMs, @createdMs)`,
  );
  for (const notification of notifications) {
    insert.run({ ...notification, visitId: notification.visitId ?? null, dueMs: Math.ceil(notification.dueMs) });
  }
  db.prepare(
    `UPDATE notifications SET status = 'suppressed', last_error = 'too many notifications were waiting'
     WHERE rowid IN (
       SELECT rowid FROM notifications WHERE status = 'pending' ORDER BY priority = 'critical', rowid
       LIMIT max(0, (SELECT count(*) FROM notifications WHERE status = 'pending') - ?)
     )`,
  ).run(pendingMax);
}

export function addNotifications(db: Connection, { notifications }: Input<'addNotifications'>): undefined {
  addToOutbox(db, notifications);
}

/** Nothing happens when the notification is gone: its person or visit was removed while it was being delivered. */
export function notificationSent(db: Connection, { id, atMs }: Input<'notificationSent'>): undefined {
  db.prepare(
    `UPDATE notifications SET status = 'sent', attempts = attempts + 1, sent_ms = ?, last_error = NULL WHERE id = ?`,
  ).run(Math.round(atMs), id);
}

export function notificationFailed(db: Connection, { id, error, dueMs }: Input<'notificationFailed'>): undefined {
  const retryMs = dueMs === undefined ? null : Math.ceil(dueMs);
  db.prepare(
    `UPDATE notifications
     SET attempts = attempts + 1, last_error = @error, due_ms = coalesce(@retryMs, due_ms),
         status = iif(@retryMs IS NULL, 'failed', status)
     WHERE id = @id AND status = 'pending'`,
  ).run({ id, error, retryMs });
}

export function notificationSuppressed(db: Connection, { id, reason }: Input<'notificationSuppressed'>): undefined {
  db.prepare(`UPDATE notifications SET status = 'suppressed', last_error = ? WHERE id = ? AND status = 'pending'`).run(
    reason,
    id,
  );
}

export function pruneNotifications(
  db: Connection,
  { seenBeforeMs }: Input<'pruneNotifications'>,
): Result<'pruneNotifications'> {
  const { changes } = db
    .prepare(
      `DELETE FROM notifications WHERE rowid IN (
         SELECT rowid FROM notifications WHERE status <> 'pending' AND seen_ms < ? ORDER BY seen_ms LIMIT ?
       )`,
    )
    .run(seenBeforeMs, pruneMax);
  return { notifications: changes };
}
