ALTER TABLE users ADD COLUMN email_verified_at TIMESTAMPTZ; -- when the person followed a link that was sent there

-- Links in mails. Each works once: using it deletes the row.
CREATE TABLE mail_links (
    token_hash BYTEA PRIMARY KEY, -- SHA-256 of the link's secret
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL, -- verify | change | reset
    email TEXT NOT NULL, -- where it was sent
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX mail_links_by_user ON mail_links (user_id);
CREATE INDEX mail_links_by_end ON mail_links (expires_at);

-- Forgotten passwords, as they were asked for. Whether anybody has the address is looked up by the worker, so that the request does
-- the same for every address.
CREATE TABLE reset_requests (
    id UUID PRIMARY KEY,
    email TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- Refresh tokens of the REST API: one family for a session, of which the last one is unused.
CREATE TABLE refresh_tokens (
    token_hash BYTEA PRIMARY KEY, -- SHA-256
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);
