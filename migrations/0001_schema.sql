-- The whole schema. One text for SQLite and PostgreSQL: the types are PostgreSQL's names, which
-- SQLite takes as they come. Times and ids are bound by the server, never made here.
-- In the order of the domain: people and workspaces, sessions, accounts, connecting, refreshing,
-- incidents and notices, mail, jobs, audit, the server itself.

-- People and workspaces

CREATE TABLE users (
    id UUID PRIMARY KEY,
    email TEXT NOT NULL UNIQUE, -- lower case
    email_verified_at TIMESTAMPTZ, -- when the person followed a link that was sent there
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
    -- moved on by every change of the number of accounts: a row lock on both engines
    version BIGINT NOT NULL DEFAULT 0,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE members (
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL, -- owner | editor | viewer
    PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX members_by_user ON members (user_id);

-- Sessions, and how people prove who they are

CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    token_hash BYTEA NOT NULL UNIQUE, -- SHA-256 of the cookie's secret
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user_agent TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_workspace ON sessions (workspace_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_use ON sessions (last_seen_at);

-- Refresh tokens of the REST API: one family for a session, of which the last one is unused.
CREATE TABLE refresh_tokens (
    token_hash BYTEA PRIMARY KEY, -- SHA-256
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

-- Secrets of the links in e-mails. Each works once: using it deletes the row.
CREATE TABLE email_tokens (
    token_hash BYTEA PRIMARY KEY, -- SHA-256 of the link's secret
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL, -- verify | change | reset
    email TEXT NOT NULL, -- where it was sent
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX email_tokens_by_user ON email_tokens (user_id);
CREATE INDEX email_tokens_by_expiry ON email_tokens (expires_at);

-- Forgotten passwords, as they were asked for. Whether anybody has the address is looked up by the
-- worker, so that the request does the same for every address.
CREATE TABLE reset_requests (
    id UUID PRIMARY KEY,
    email TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX reset_requests_by_age ON reset_requests (created_at, id);

-- Answers to requests that create something, for whoever has to ask again because the first answer
-- did not arrive. Kept for a day.
CREATE TABLE idempotency_keys (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    route TEXT NOT NULL,
    key_hash BYTEA NOT NULL, -- SHA-256 of the key the caller chose
    body_hash BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    response BYTEA, -- sealed; empty while the first request is under way
    UNIQUE (workspace_id, user_id, route, key_hash)
);
CREATE INDEX idempotency_keys_by_user ON idempotency_keys (user_id);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Accounts

CREATE TABLE oauth_accounts (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    -- who connected it last, unless they have left
    user_id UUID REFERENCES users (id) ON DELETE SET NULL,
    provider TEXT NOT NULL,
    provider_account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    handle TEXT NOT NULL,
    has_avatar BOOLEAN NOT NULL DEFAULT FALSE,
    avatar_url TEXT, -- where the platform says its picture is; fetched by a job
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
    message TEXT, -- the sentence that goes with the reason
    label TEXT,
    checked_at TIMESTAMPTZ,
    check_ok BOOLEAN,
    check_message TEXT,
    version BIGINT NOT NULL,
    connected_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (workspace_id, provider, provider_account_id)
);
CREATE INDEX oauth_accounts_by_grant ON oauth_accounts (provider, grant_key);
CREATE INDEX oauth_accounts_by_user ON oauth_accounts (user_id);
-- across workspaces: whom a platform means, and whose access ends
CREATE INDEX oauth_accounts_by_platform_id ON oauth_accounts (provider, provider_account_id);
CREATE INDEX oauth_accounts_by_expiry ON oauth_accounts (refresh_expires_at);

-- What is due for an account, by kind. Apart from it: putting a task off must not disturb the
-- account's version.
CREATE TABLE account_tasks (
    account_id UUID NOT NULL REFERENCES oauth_accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL, -- refresh
    provider TEXT NOT NULL, -- the account's, which never changes: tasks are claimed by platform
    next_run_at TIMESTAMPTZ, -- nothing: not before something else sets it
    failures BIGINT NOT NULL, -- in a row: how long the next pause is
    -- a platform that asked to wait is not asked before this, whoever asks
    deferred_until TIMESTAMPTZ,
    PRIMARY KEY (account_id, kind)
);
CREATE INDEX account_tasks_due ON account_tasks (provider, kind, next_run_at, account_id);

CREATE TABLE avatars (
    account_id UUID PRIMARY KEY REFERENCES oauth_accounts (id) ON DELETE CASCADE,
    media_type TEXT NOT NULL,
    bytes BYTEA NOT NULL
);

-- Apart from the account: what a platform tells of its limits must not disturb the account's
-- version.
CREATE TABLE account_limits (
    account_id UUID NOT NULL REFERENCES oauth_accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    maximum BIGINT,
    remaining BIGINT NOT NULL,
    resets_at TIMESTAMPTZ,
    observed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account_id, name)
);

-- Limits that all accounts of this server share at a platform.
CREATE TABLE platform_limits (
    provider TEXT NOT NULL,
    name TEXT NOT NULL,
    remaining BIGINT NOT NULL,
    resets_at TIMESTAMPTZ,
    observed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (provider, name)
);

-- Connecting and disconnecting

CREATE TABLE oauth_flows (
    id UUID PRIMARY KEY,
    state_hash BYTEA NOT NULL UNIQUE, -- SHA-256 of the state parameter
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    code_verifier BYTEA, -- sealed; PKCE
    -- the account to reconnect
    account_id UUID REFERENCES oauth_accounts (id) ON DELETE CASCADE,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    claimed_at TIMESTAMPTZ, -- the state was used
    outcome JSONB -- what the callback said, for a reload of the same page
);
CREATE INDEX oauth_flows_by_session ON oauth_flows (session_id);
CREATE INDEX oauth_flows_by_user ON oauth_flows (user_id);
CREATE INDEX oauth_flows_by_workspace ON oauth_flows (workspace_id);
CREATE INDEX oauth_flows_by_account ON oauth_flows (account_id);
CREATE INDEX oauth_flows_by_expiry ON oauth_flows (expires_at);

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
CREATE INDEX pending_connections_by_user ON pending_connections (user_id);
CREATE INDEX pending_connections_by_workspace ON pending_connections (workspace_id);
CREATE INDEX pending_connections_by_expiry ON pending_connections (expires_at);

-- The only place where a credential outlives its account: a revocation that the platform could not
-- take yet, for 24 hours at most.
CREATE TABLE pending_revocations (
    id UUID PRIMARY KEY,
    provider TEXT NOT NULL,
    payload BYTEA NOT NULL, -- sealed: the grant
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX pending_revocations_by_expiry ON pending_revocations (expires_at);

-- Refreshing

-- One refresh at a time for an account. The row stays, so that the epoch only ever grows.
CREATE TABLE refresh_leases (
    account_id UUID PRIMARY KEY REFERENCES oauth_accounts (id) ON DELETE CASCADE,
    owner UUID NOT NULL, -- one attempt
    epoch BIGINT NOT NULL, -- moves on with every owner
    expires_at TIMESTAMPTZ NOT NULL
);

-- What a refresh is about to do, and what its platform answered until that stands in the account's
-- row.
CREATE TABLE refresh_journal (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES oauth_accounts (id) ON DELETE CASCADE,
    epoch BIGINT NOT NULL,
    credential_hash BYTEA NOT NULL, -- SHA-256 of the credential that is being renewed
    -- earlier attempts with the same credential whose answer never came
    unanswered_attempts BIGINT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    response BYTEA -- sealed
);
CREATE INDEX refresh_journal_by_account ON refresh_journal (account_id);

-- Circuit breakers, shared by all processes. Each process judges by the calls that it heard of;
-- what they share is whether a breaker is open.
CREATE TABLE breakers (
    provider TEXT PRIMARY KEY,
    open_count BIGINT NOT NULL, -- times in a row: how long it stays open
    open_until TIMESTAMPTZ -- nothing: closed
);

-- Incidents and notices

-- What is wrong with an account or with a whole platform, until it is right again. The unique
-- indexes allow one open row of a kind, however many processes notice it.
CREATE TABLE incidents (
    id UUID PRIMARY KEY,
    -- of an account: broken | expiring; of a platform: down (does not answer) | refusing (turns
    -- many accounts away)
    kind TEXT NOT NULL,
    provider TEXT NOT NULL,
    -- empty: the whole platform
    workspace_id UUID REFERENCES workspaces (id) ON DELETE CASCADE,
    account_id UUID REFERENCES oauth_accounts (id) ON DELETE CASCADE,
    reason TEXT, -- the first one
    notice_pending BOOLEAN NOT NULL, -- somebody is still to be told about it
    warned_days BIGINT, -- the early warning that was given last, in days before the end
    started_at TIMESTAMPTZ NOT NULL,
    next_try_at TIMESTAMPTZ, -- when a platform is tried again
    ended_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX incidents_of_account ON incidents (account_id, kind)
    WHERE ended_at IS NULL AND account_id IS NOT NULL;
CREATE UNIQUE INDEX incidents_of_platform ON incidents (provider, kind)
    WHERE ended_at IS NULL AND account_id IS NULL;
CREATE INDEX incidents_by_start ON incidents (provider, kind, started_at);
CREATE INDEX incidents_by_end ON incidents (ended_at);
CREATE INDEX incidents_open ON incidents (kind, started_at) WHERE ended_at IS NULL;
-- what is still to be told
CREATE INDEX incidents_notice_pending ON incidents (kind, provider, started_at, id)
    WHERE notice_pending;
CREATE INDEX incidents_by_account ON incidents (account_id);
CREATE INDEX incidents_by_workspace ON incidents (workspace_id);

-- What one person is told, once: finished words.
CREATE TABLE notices (
    id UUID PRIMARY KEY,
    dedup_key TEXT NOT NULL, -- what it is about; nobody is told the same twice
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL, -- broken | recovered | expiring | trouble
    provider TEXT NOT NULL,
    -- empty: the whole platform
    account_id UUID REFERENCES oauth_accounts (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    read_at TIMESTAMPTZ,
    UNIQUE (dedup_key, user_id)
);
CREATE INDEX notices_by_user ON notices (user_id, workspace_id, created_at);
CREATE INDEX notices_by_workspace ON notices (workspace_id, created_at);
CREATE INDEX notices_by_account ON notices (account_id);
CREATE INDEX notices_by_age ON notices (created_at);

-- Where it differs from what is usual.
CREATE TABLE notice_preferences (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    by_email BOOLEAN NOT NULL,
    PRIMARY KEY (user_id, kind)
);

-- E-mails on their way. A row goes when its e-mail is sent. Its job says when that is tried; what
-- stands here of it is for the operators.
CREATE TABLE outgoing_emails (
    -- also the Message-ID, by which receivers recognise an e-mail that was sent twice
    id UUID PRIMARY KEY,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body BYTEA NOT NULL, -- sealed: it may hold a link that is a secret
    attempts BIGINT NOT NULL,
    next_try_at TIMESTAMPTZ, -- empty once the e-mail was given up
    last_error TEXT, -- why the last attempt failed
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX outgoing_emails_by_recipient ON outgoing_emails (recipient);
CREATE INDEX outgoing_emails_by_age ON outgoing_emails (created_at, id);

-- Jobs: work that outlives the request that caused it

CREATE TABLE jobs (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL,
    -- JSON: the kind and ids, nothing else. The same text is the same job
    payload TEXT NOT NULL,
    priority BIGINT NOT NULL, -- the smallest first
    state TEXT NOT NULL, -- queued | running | dead
    -- when it may be claimed: its time, or while it runs the end of its lease
    run_at TIMESTAMPTZ NOT NULL,
    rerun_at TIMESTAMPTZ, -- asked for once more while it was running
    attempts BIGINT NOT NULL,
    owner UUID, -- the worker that runs it
    -- moved by every claim: the fence between one holder of the lease and the next
    version BIGINT NOT NULL,
    last_error TEXT, -- our own words
    reference TEXT NOT NULL, -- the correlation id of what caused it
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX jobs_active ON jobs (payload) WHERE state <> 'dead';
CREATE INDEX jobs_due ON jobs (priority, run_at, id) WHERE state <> 'dead';
CREATE INDEX jobs_by_state ON jobs (state, updated_at, id);

-- When each recurring job is due next. Whoever moves the time on enqueues the job.
CREATE TABLE schedules (
    name TEXT PRIMARY KEY,
    next_run_at TIMESTAMPTZ NOT NULL
);

-- Audit

-- What happened, for the people it concerns. Lines are added and read; they go with their
-- workspace, or when they are old enough.
CREATE TABLE audit_events (
    id UUID PRIMARY KEY,
    -- empty: the server's own, for operators
    workspace_id UUID REFERENCES workspaces (id) ON DELETE CASCADE,
    occurred_at TIMESTAMPTZ NOT NULL,
    action TEXT NOT NULL,
    result TEXT NOT NULL, -- done | failed
    user_id UUID, -- no reference: a line outlives who caused it, where the workspace does
    actor TEXT NOT NULL, -- what the person was called then; empty for the server itself
    account_id UUID, -- likewise
    subject TEXT NOT NULL, -- what it was done to, in words
    detail TEXT NOT NULL, -- our own words, never a secret
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    reference TEXT NOT NULL, -- the correlation id
    search_text TEXT NOT NULL -- what a search looks through, in lower case
);
CREATE INDEX audit_events_by_workspace ON audit_events (workspace_id, occurred_at, id);
CREATE INDEX audit_events_by_age ON audit_events (occurred_at);

-- The server itself

-- What the server remembers of itself: its mode, and a sealed constant for each key, so that a
-- wrong key is told at start.
CREATE TABLE server_facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- How often each key has sealed: AES-GCM with random nonces is good for 2^32 seals.
CREATE TABLE key_seals (
    key_id TEXT PRIMARY KEY, -- eight hex digits, as in the key file
    seal_count BIGINT NOT NULL,
    retired_at TIMESTAMPTZ -- since when another key seals; nothing: it seals, or never did
);
