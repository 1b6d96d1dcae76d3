/**
 * Schema version 5. Who may: users, where they are logged in, and programs with tokens. Secrets are SHA-256 in hex, but
 * passwords (argon2id, PHC string) and second factors, which have to be computed with (base32). What grows old does so by
 * the time that the bell has run (`…_lived_ms`), as visits do; times of the wall clock are for showing.
 */
export const access = `
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  password TEXT NOT NULL,
  second_factor TEXT,
  second_factor_begun TEXT,
  second_factor_step INTEGER,
  created_ms INTEGER NOT NULL,
  seen_ms INTEGER
) STRICT;

CREATE TABLE recovery_codes (
  secret TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id);

-- Devices on which a user has logged in: somebody else's wrong tries do not hold them up.
CREATE TABLE known_devices (
  secret TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX known_devices_by_user ON known_devices (user_id);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  secret TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  agent TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  created_lived_ms INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL,
  seen_lived_ms INTEGER NOT NULL,
  proven_ms INTEGER NOT NULL,
  proven_uptime_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  secret TEXT NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  made_by TEXT REFERENCES users (id) ON DELETE CASCADE,
  created_ms INTEGER NOT NULL,
  expires_lived_ms INTEGER NOT NULL,
  seen_ms INTEGER
) STRICT;
CREATE INDEX tokens_by_maker ON tokens (made_by) WHERE made_by IS NOT NULL;

CREATE TABLE invitations (
  id TEXT PRIMARY KEY,
  secret TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  made_by TEXT REFERENCES users (id) ON DELETE CASCADE,
  created_ms INTEGER NOT NULL,
  expires_lived_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX invitations_by_maker ON invitations (made_by) WHERE made_by IS NOT NULL;
`;
