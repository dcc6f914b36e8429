-- What happened, for the people it concerns. Lines are added and read; they go with their workspace, or when they are old enough.
CREATE TABLE audit_events (
    id UUID PRIMARY KEY,
    workspace_id UUID REFERENCES workspaces (id) ON DELETE CASCADE, -- empty: the server's own, for operators
    at TIMESTAMPTZ NOT NULL,
    action TEXT NOT NULL,
    result TEXT NOT NULL, -- done | failed
    user_id UUID, -- no reference: a line outlives who caused it, where the workspace does
    actor TEXT NOT NULL, -- what the person was called then; empty for the server itself
    account_id UUID, -- likewise
    subject TEXT NOT NULL, -- what it was done to, in words
    detail TEXT NOT NULL, -- our own words, never a secret
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    reference TEXT NOT NULL -- the correlation id
);
CREATE INDEX audit_events_by_workspace ON audit_events (workspace_id, at, id);
CREATE INDEX audit_events_by_age ON audit_events (at);
