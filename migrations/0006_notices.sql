-- What is wrong with an account or with a whole platform, until it is right again. The unique indexes allow one open row of a kind,
-- however many processes notice it.
CREATE TABLE incidents (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL, -- of an account: broken | expiring; of a platform: down (does not answer) | refusing (turns many accounts away)
    provider TEXT NOT NULL,
    workspace_id UUID REFERENCES workspaces (id) ON DELETE CASCADE, -- empty: the whole platform
    account_id UUID REFERENCES oauth_accounts (id) ON DELETE CASCADE,
    reason TEXT, -- the first one
    owed BOOLEAN NOT NULL, -- something is still to be told about it
    warned BIGINT, -- the early warning that was given last, in days before the end
    began_at TIMESTAMPTZ NOT NULL,
    next_at TIMESTAMPTZ, -- when a platform is tried again
    ended_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX incidents_of_account ON incidents (account_id, kind) WHERE ended_at IS NULL AND account_id IS NOT NULL;
CREATE UNIQUE INDEX incidents_of_platform ON incidents (provider, kind) WHERE ended_at IS NULL AND account_id IS NULL;
CREATE INDEX incidents_by_beginning ON incidents (provider, began_at);

-- What one person is told, once: finished words.
CREATE TABLE notices (
    id UUID PRIMARY KEY,
    key TEXT NOT NULL, -- what it is about; nobody is told the same twice
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL, -- broken | recovered | expiring | trouble
    provider TEXT NOT NULL,
    account_id UUID REFERENCES oauth_accounts (id) ON DELETE CASCADE, -- empty: the whole platform
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    read_at TIMESTAMPTZ,
    UNIQUE (key, user_id)
);
CREATE INDEX notices_by_person ON notices (user_id, workspace_id, created_at);

-- Where it differs from what is usual.
CREATE TABLE notice_preferences (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    by_mail BOOLEAN NOT NULL,
    PRIMARY KEY (user_id, kind)
);
