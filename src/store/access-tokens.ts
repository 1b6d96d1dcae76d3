import { count } from './access-users.ts';
import type { Connection } from './connection.ts';
import type { Input, Result } from './write-functions.ts';

const tokensMax = 100;
const invitationsMax = 50;

export function addToken(db: Connection, { scopes, ...token }: Input<'addToken'>): Result<'addToken'> {
  if (count(db, 'tokens') >= tokensMax) return 'too-many';
  db.prepare(
    `INSERT INTO tokens (id, secret, name, scopes, made_by, created_ms, expires_lived_ms)
     VALUES (@id, @secret, @name, @scopes, @madeBy, @createdMs, @expiresLivedMs)`,
  ).run({ ...token, madeBy: token.madeBy ?? null, scopes: JSON.stringify(scopes) });
  return 'done';
}

export function sawToken(db: Connection, { id, seenMs }: Input<'sawToken'>): undefined {
  db.prepare('UPDATE tokens SET seen_ms = ? WHERE id = ?').run(seenMs, id);
}

export function removeToken(db: Connection, { id }: Input<'removeToken'>): boolean {
  return db.prepare('DELETE FROM tokens WHERE id = ?').run(id).changes > 0;
}

export function addInvitation(db: Connection, invitation: Input<'addInvitation'>): Result<'addInvitation'> {
  if (count(db, 'invitations') >= invitationsMax) return 'too-many';
  db.prepare(
    `INSERT INTO invitations (id, secret, role, made_by, created_ms, expires_lived_ms)
     VALUES (@id, @secret, @role, @madeBy, @createdMs, @expiresLivedMs)`,
  ).run({ ...invitation, madeBy: invitation.madeBy ?? null });
  return 'done';
}
