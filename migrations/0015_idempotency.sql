-- Answers to requests that create something, for whoever has to ask again because the first answer did not arrive. Kept for a day.
CREATE TABLE idempotency_keys (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    route TEXT NOT NULL,
    key_hash BYTEA NOT NULL, -- SHA-256 of the key the caller chose
    body_hash BYTEA NOT NULL,
    began_at TIMESTAMPTZ NOT NULL,
    answer BYTEA, -- sealed; empty while the first request is under way
    UNIQUE (workspace_id, user_id, route, key_hash)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (began_at);
