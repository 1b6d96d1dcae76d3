import type { NewSession } from './access-records.ts';
import type { Connection } from './connection.ts';
import type { Input, Result } from './write-functions.ts';

const dayMs = 24 * 60 * 60_000;
/** By the time that the bell has run: since it was used last, and since it began. */
export const sessionIdleMsMax = 14 * dayMs;
export const sessionMsMax = 90 * dayMs;
const sessionsOfUserMax = 50;
const devicesOfUserMax = 20;

export function addSession(db: Connection, { session, password }: Input<'addSession'>): Result<'addSession'> {
  const isAsBefore = db.prepare('SELECT 1 FROM users WHERE id = ? AND password = ?').get(session.userId, password);
  if (isAsBefore === undefined) return 'no-user';
  insertSession(db, session);
  return 'done';
}

/** Of a user who is there. */
export function insertSession(db: Connection, { device, ...session }: NewSession): void {
  const { id, userId, seenLivedMs: livedMs, createdMs } = session;
  removeOld(db, livedMs);
  db.prepare(
    `INSERT INTO sessions (id, secret, user_id, address, agent, created_ms, created_lived_ms, seen_ms, seen_lived_ms,
       proven_ms, proven_uptime_ms)
     VALUES (@id, @secret, @userId, @address, @agent, @createdMs, @createdLivedMs, @seenMs, @seenLivedMs, @provenMs,
       @provenUptimeMs)`,
  ).run(session);
  db.prepare('INSERT OR REPLACE INTO known_devices (secret, user_id) VALUES (?, ?)').run(device, userId);
  db.prepare('UPDATE users SET seen_ms = ? WHERE id = ?').run(createdMs, userId);
  db.prepare(
    `DELETE FROM sessions WHERE user_id = @userId AND id NOT IN (SELECT id FROM sessions WHERE user_id = @userId
       ORDER BY id = @id DESC, seen_lived_ms DESC, rowid DESC LIMIT ${sessionsOfUserMax})`,
  ).run({ userId, id });
  db.prepare(
    `DELETE FROM known_devices WHERE user_id = @userId AND secret NOT IN (SELECT secret FROM known_devices
       WHERE user_id = @userId ORDER BY rowid DESC LIMIT ${devicesOfUserMax})`,
  ).run({ userId });
}

function removeOld(db: Connection, livedMs: number): void {
  db.prepare('DELETE FROM sessions WHERE seen_lived_ms < ? OR created_lived_ms < ?').run(
    livedMs - sessionIdleMsMax,
    livedMs - sessionMsMax,
  );
  db.prepare('DELETE FROM invitations WHERE expires_lived_ms <= ?').run(livedMs);
}

export function endSessions(db: Connection, { userId, only, except }: Input<'endSessions'>): Result<'endSessions'> {
  const ended = db
    .prepare(
      `DELETE FROM sessions WHERE user_id = @userId AND (@only IS NULL OR id = @only) AND id IS NOT @except RETURNING id`,
    )
    .pluck()
    .all({ userId, only: only ?? null, except: except ?? null });
  return ended.filter((id) => typeof id === 'string');
}

export function proveSession(db: Connection, { id, provenMs, provenUptimeMs }: Input<'proveSession'>): undefined {
  db.prepare('UPDATE sessions SET proven_ms = ?, proven_uptime_ms = ? WHERE id = ?').run(provenMs, provenUptimeMs, id);
}

export function sawSession(db: Connection, { id, seenMs, seenLivedMs }: Input<'sawSession'>): undefined {
  db.prepare('UPDATE sessions SET seen_ms = ?, seen_lived_ms = ? WHERE id = ?').run(seenMs, seenLivedMs, id);
}
