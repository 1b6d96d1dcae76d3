import type { AccessReads, StoredInvitation, StoredSession, StoredToken, StoredUser } from './access-records.ts';
import type { Connection } from './connection.ts';
import { Query } from './query.ts';
import type { Row } from './row.ts';

const usersSql = `
  SELECT *, (SELECT count(*) FROM recovery_codes WHERE user_id = users.id) AS recovery_codes_left FROM users`;

export function accessReads(db: Connection): AccessReads {
  return { ...userReads(db), ...sessionReads(db), ...tokenReads(db), ...invitationReads(db) };
}

function userReads(db: Connection): Pick<AccessReads, 'timeLived' | 'hasUsers' | 'users' | 'user' | 'userNamed'> {
  const ask = (end: string): Query<StoredUser> =>
    new Query(db, { table: 'users', sql: `${usersSql} ${end}`, decode: userOf });
  const [all, byId, byName] = [ask('ORDER BY name_key'), ask('WHERE id = ?'), ask('WHERE name_key = ?')];
  const any = new Query(db, { table: 'users', sql: 'SELECT 1 AS one FROM users LIMIT 1', decode: () => true });
  const lived = new Query(db, {
    table: 'time_lived',
    sql: 'SELECT lived_ms FROM time_lived',
    decode: (row) => row.number('lived_ms'),
  });
  return {
    timeLived: () => lived.first() ?? 0,
    hasUsers: () => any.first() ?? false,
    users: () => all.all(),
    user: (id) => byId.first(id),
    userNamed: (nameKey) => byName.first(nameKey),
  };
}

function sessionReads(
  db: Connection,
): Pick<AccessReads, 'sessionOf' | 'sessionsOf' | 'isKnownDevice' | 'isRecoveryCode'> {
  const bySecret = new Query(db, {
    table: 'sessions',
    sql: 'SELECT * FROM sessions WHERE secret = ?',
    decode: sessionOf,
  });
  const byUser = new Query(db, {
    table: 'sessions',
    sql: 'SELECT * FROM sessions WHERE user_id = ? ORDER BY seen_lived_ms DESC, seen_ms DESC, rowid DESC',
    decode: sessionOf,
  });
  const has = (table: string): Query<boolean> =>
    new Query(db, { table, sql: `SELECT 1 AS one FROM ${table} WHERE secret = ? AND user_id = ?`, decode: () => true });
  const [device, code] = [has('known_devices'), has('recovery_codes')];
  return {
    sessionOf: (secret) => bySecret.first(secret),
    sessionsOf: (userId) => byUser.all(userId),
    isKnownDevice: (secret, userId) => device.first(secret, userId) ?? false,
    isRecoveryCode: (secret, userId) => code.first(secret, userId) ?? false,
  };
}

function tokenReads(db: Connection): Pick<AccessReads, 'tokens' | 'token'> {
  const all = new Query(db, { table: 'tokens', sql: 'SELECT * FROM tokens ORDER BY rowid', decode: tokenOf });
  const byId = new Query(db, { table: 'tokens', sql: 'SELECT * FROM tokens WHERE id = ?', decode: tokenOf });
  return { tokens: () => all.all(), token: (id) => byId.first(id) };
}

function invitationReads(db: Connection): Pick<AccessReads, 'invitations' | 'invitationOf'> {
  const ask = (end: string): Query<StoredInvitation> =>
    new Query(db, { table: 'invitations', sql: `SELECT * FROM invitations ${end}`, decode: invitationOf });
  const [all, bySecret] = [ask('ORDER BY rowid'), ask('WHERE secret = ?')];
  return { invitations: () => all.all(), invitationOf: (secret) => bySecret.first(secret) };
}

function userOf(row: Row): StoredUser {
  return {
    id: row.text('id'),
    name: row.text('name'),
    nameKey: row.text('name_key'),
    role: row.text('role'),
    password: row.text('password'),
    secondFactor: row.maybeText('second_factor'),
    secondFactorBegun: row.maybeText('second_factor_begun'),
    recoveryCodesLeft: row.number('recovery_codes_left'),
    createdMs: row.number('created_ms'),
    seenMs: row.maybeNumber('seen_ms'),
  };
}

function sessionOf(row: Row): StoredSession {
  return {
    id: row.text('id'),
    userId: row.text('user_id'),
    address: row.text('address'),
    agent: row.text('agent'),
    createdMs: row.number('created_ms'),
    createdLivedMs: row.number('created_lived_ms'),
    seenMs: row.number('seen_ms'),
    seenLivedMs: row.number('seen_lived_ms'),
    provenMs: row.number('proven_ms'),
    provenUptimeMs: row.number('proven_uptime_ms'),
  };
}

function tokenOf(row: Row): StoredToken {
  return {
    id: row.text('id'),
    secret: row.text('secret'),
    name: row.text('name'),
    scopes: row.jsonTexts('scopes'),
    madeBy: row.maybeText('made_by'),
    createdMs: row.number('created_ms'),
    expiresLivedMs: row.number('expires_lived_ms'),
    seenMs: row.maybeNumber('seen_ms'),
  };
}

function invitationOf(row: Row): StoredInvitation {
  return {
    id: row.text('id'),
    role: row.text('role'),
    madeBy: row.maybeText('made_by'),
    createdMs: row.number('created_ms'),
    expiresLivedMs: row.number('expires_lived_ms'),
  };
}
