CREATE TABLE api_keys (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT,
    description TEXT,
    owner TEXT,
    scopes TEXT,
    status TEXT NOT NULL CHECK (status IN ('active', 'disabled', 'revoked')),
    hint TEXT,
    -- Times are microseconds since 1970.
    created_at INTEGER,
    updated_at INTEGER,
    expires_at INTEGER,
    last_used_at INTEGER,
    remaining INTEGER CHECK (remaining >= 0),
    metadata TEXT,
    extra TEXT
) STRICT;

CREATE INDEX api_keys_active ON api_keys (number) WHERE status = 'active';
CREATE INDEX api_keys_owner ON api_keys (owner, number);

CREATE TABLE api_key_secrets (
    digest BLOB NOT NULL PRIMARY KEY,
    key INTEGER NOT NULL REFERENCES api_keys (number) ON DELETE CASCADE,
    -- NULL for the current secret.
    valid_until INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX api_key_secrets_key ON api_key_secrets (key);

CREATE TABLE api_key_events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT,
    action TEXT NOT NULL,
    key TEXT NOT NULL,
    owner TEXT,
    changes TEXT NOT NULL
) STRICT;

CREATE INDEX api_key_events_key ON api_key_events (key, number);
CREATE INDEX api_key_events_owner ON api_key_events (owner, number);

CREATE TRIGGER api_key_events_update BEFORE UPDATE ON api_key_events
BEGIN
    SELECT RAISE(ABORT, 'events cannot be changed');
END;

CREATE TRIGGER api_key_events_delete BEFORE DELETE ON api_key_events
BEGIN
    SELECT RAISE(ABORT, 'events cannot be removed');
END;
