-- One text for SQLite and PostgreSQL: the types are PostgreSQL's names, which SQLite takes as they come.
-- Times and ids are bound by the server, never made here.

CREATE TABLE users (
    id UUID PRIMARY KEY,
    email TEXT NOT NULL UNIQUE, -- lower case
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL, -- Argon2id, PHC string
    time_zone TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE workspaces (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    tier TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0, -- moved on by every change of the number of accounts: a row lock on both engines
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE members (
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL, -- owner | editor | viewer
    PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    token_hash BYTEA NOT NULL UNIQUE, -- SHA-256 of the cookie's secret
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user_agent TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE oauth_accounts (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id), -- who connected it last
    provider TEXT NOT NULL,
    provider_account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    handle TEXT NOT NULL,
    has_avatar BOOLEAN NOT NULL DEFAULT FALSE,
    access_token BYTEA, -- sealed; empty for a former account
    refresh_token BYTEA, -- sealed
    token_type TEXT NOT NULL,
    scope TEXT NOT NULL, -- granted, separated by spaces
    grant_key TEXT,
    issued_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    refresh_expires_at TIMESTAMPTZ,
    metadata JSONB NOT NULL,
    status TEXT NOT NULL, -- connected | error | expired | former
    reason TEXT,
    say TEXT, -- the sentence that goes with the reason
    label TEXT,
    checked_at TIMESTAMPTZ,
    check_ok BOOLEAN,
    check_text TEXT,
    version BIGINT NOT NULL,
    connected_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (workspace_id, provider, provider_account_id)
);
CREATE INDEX oauth_accounts_by_grant ON oauth_accounts (provider, grant_key);

CREATE TABLE avatars (
    account_id UUID PRIMARY KEY REFERENCES oauth_accounts (id) ON DELETE CASCADE,
    media_type TEXT NOT NULL,
    bytes BYTEA NOT NULL
);

-- Apart from the account: what a platform tells of its limits must not disturb the account's version.
CREATE TABLE account_limits (
    account_id UUID NOT NULL REFERENCES oauth_accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    most BIGINT,
    remaining BIGINT NOT NULL,
    resets_at TIMESTAMPTZ,
    seen_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account_id, name)
);

CREATE TABLE oauth_flows (
    id UUID PRIMARY KEY,
    state_hash BYTEA NOT NULL UNIQUE, -- SHA-256 of the state parameter
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    verifier BYTEA, -- sealed PKCE verifier
    account_id UUID REFERENCES oauth_accounts (id) ON DELETE CASCADE, -- the account to reconnect
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    claimed_at TIMESTAMPTZ, -- the state was used
    outcome JSONB -- what the callback said, for a reload of the same page
);
CREATE INDEX oauth_flows_by_session ON oauth_flows (session_id);
CREATE INDEX oauth_flows_by_end ON oauth_flows (expires_at);

-- Tokens between consent and choice. Erased on choice, cancel, log-out or expiry.
CREATE TABLE pending_connections (
    id UUID PRIMARY KEY, -- the flow's
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    payload BYTEA NOT NULL, -- sealed: the grant and the accounts it covers
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX pending_connections_by_session ON pending_connections (session_id);
CREATE INDEX pending_connections_by_end ON pending_connections (expires_at);

-- The only place where a credential outlives its account: a revocation that the platform could not take yet, for 24 hours at most.
CREATE TABLE pending_revocations (
    id UUID PRIMARY KEY,
    provider TEXT NOT NULL,
    payload BYTEA NOT NULL, -- sealed: the grant
    attempts BIGINT NOT NULL,
    next_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX pending_revocations_by_next ON pending_revocations (next_at);

-- What the server remembers of itself: its mode, and a sealed constant for each key, so that a wrong key is told at start.
CREATE TABLE server_facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
