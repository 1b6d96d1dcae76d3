import type { NewSession, NewUser, UserChange } from './access-records.ts';
import { endSessions, insertSession } from './access-sessions.ts';
import type { Connection } from './connection.ts';
import { refuse } from './fault.ts';
import type { Input, Result } from './write-functions.ts';

const usersMax = 100;

/** Where there is a user already, there is an administrator: none of them can be the last to go. */
export function claim(db: Connection, { user, session }: Input<'claim'>): Result<'claim'> {
  if (count(db, 'users') > 0) return 'claimed';
  addUser(db, user, session);
  return 'done';
}

export function addInvitedUser(
  db: Connection,
  { invitationId, user, session }: Input<'addInvitedUser'>,
): Result<'addInvitedUser'> {
  if (count(db, 'users') >= usersMax) return 'too-many';
  if (db.prepare('SELECT 1 FROM users WHERE name_key = ?').get(user.nameKey) !== undefined) return 'name-taken';
  if (!removeInvitation(db, { id: invitationId })) return 'no-invitation';
  addUser(db, user, session);
  return 'done';
}

function addUser(db: Connection, { recoveryCodes, ...user }: NewUser, session: NewSession): void {
  db.prepare(
    `INSERT INTO users (id, name, name_key, role, password, created_ms)
     VALUES (@id, @name, @nameKey, @role, @password, @createdMs)`,
  ).run(user);
  setRecoveryCodes(db, { userId: user.id, codes: recoveryCodes });
  insertSession(db, session);
}

export function setRecoveryCodes(db: Connection, { userId, codes }: Input<'setRecoveryCodes'>): undefined {
  db.prepare('DELETE FROM recovery_codes WHERE user_id = ?').run(userId);
  for (const code of codes) db.prepare('INSERT INTO recovery_codes (secret, user_id) VALUES (?, ?)').run(code, userId);
}

export function rehashPassword(db: Connection, { userId, before, password }: Input<'rehashPassword'>): undefined {
  db.prepare('UPDATE users SET password = ? WHERE id = ? AND password = ?').run(password, userId, before);
}

export function setPassword(
  db: Connection,
  { userId, password, keepSession }: Input<'setPassword'>,
): Result<'setPassword'> {
  const { changes } = db.prepare('UPDATE users SET password = ? WHERE id = ?').run(password, userId);
  if (changes === 0) refuse(`cannot set the password of user ${userId}: there is none`);
  return endSessions(db, { userId, except: keepSession });
}

export function recoverUser(db: Connection, { code, password, session }: Input<'recoverUser'>): Result<'recoverUser'> {
  const { userId } = session;
  const used = db.prepare('DELETE FROM recovery_codes WHERE secret = ? AND user_id = ?').run(code, userId);
  if (used.changes === 0) return 'no-code';
  setPassword(db, { userId, password, keepSession: '' });
  removeSecondFactor(db, { userId });
  db.prepare('DELETE FROM known_devices WHERE user_id = ?').run(userId);
  insertSession(db, session);
  return 'done';
}

export function beginSecondFactor(db: Connection, { userId, secret }: Input<'beginSecondFactor'>): undefined {
  db.prepare('UPDATE users SET second_factor_begun = ? WHERE id = ?').run(secret, userId);
}

export function confirmSecondFactor(db: Connection, { userId, secret, step }: Input<'confirmSecondFactor'>): undefined {
  db.prepare(
    `UPDATE users SET second_factor = second_factor_begun, second_factor_begun = NULL, second_factor_step = ?
     WHERE id = ? AND second_factor_begun = ?`,
  ).run(step, userId, secret);
}

export function removeSecondFactor(db: Connection, { userId }: Input<'removeSecondFactor'>): undefined {
  db.prepare(
    `UPDATE users SET second_factor = NULL, second_factor_begun = NULL, second_factor_step = NULL WHERE id = ?`,
  ).run(userId);
}

export function useSecondFactorStep(db: Connection, { userId, step }: Input<'useSecondFactorStep'>): boolean {
  const used = db.prepare(
    'UPDATE users SET second_factor_step = @step WHERE id = @userId AND coalesce(second_factor_step, -1) < @step',
  );
  return used.run({ userId, step }).changes > 0;
}

export function setRole(db: Connection, { userId, role, highest }: Input<'setRole'>): UserChange {
  const change = whatGoes(db, { userId, highest });
  if (change.outcome !== 'done') return change;
  db.prepare('UPDATE users SET role = ? WHERE id = ?').run(role, userId);
  db.prepare('DELETE FROM tokens WHERE made_by = ?').run(userId);
  db.prepare('DELETE FROM invitations WHERE made_by = ?').run(userId);
  return change;
}

/** What is the user's goes along. */
export function removeUser(db: Connection, { userId, highest }: Input<'removeUser'>): UserChange {
  const change = whatGoes(db, { userId, highest });
  if (change.outcome === 'done') db.prepare('DELETE FROM users WHERE id = ?').run(userId);
  return change;
}

/** What ends when the user is not any more what it is now. */
function whatGoes(db: Connection, { userId, highest }: { userId: string; highest: string }): UserChange {
  const role = db.prepare('SELECT role FROM users WHERE id = ?').pluck().get(userId);
  if (role === undefined) return { outcome: 'no-user' };
  const others = db.prepare('SELECT 1 FROM users WHERE role = ? AND id <> ? LIMIT 1').get(highest, userId);
  if (role === highest && others === undefined) return { outcome: 'last-of-highest' };
  const tokens = db.prepare('SELECT id FROM tokens WHERE made_by = ?').pluck().all(userId);
  return { outcome: 'done', endedTokens: tokens.filter((id) => typeof id === 'string') };
}

export function removeInvitation(db: Connection, { id }: Input<'removeInvitation'>): boolean {
  return db.prepare('DELETE FROM invitations WHERE id = ?').run(id).changes > 0;
}

export function resetAccess(db: Connection): undefined {
  for (const table of ['invitations', 'tokens', 'sessions', 'known_devices', 'recovery_codes', 'users'])
    db.exec(`DELETE FROM ${table}`);
}

/** Rows of a table. */
export function count(db: Connection, table: 'users' | 'tokens' | 'invitations'): number {
  return Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
}
