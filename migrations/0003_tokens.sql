-- When an account's access is renewed next. Nothing: it has no end, or only the person can renew it.
ALTER TABLE oauth_accounts ADD COLUMN next_refresh_at TIMESTAMPTZ;
-- Refreshes in a row that came to nothing: how long the next pause is.
ALTER TABLE oauth_accounts ADD COLUMN refresh_failures BIGINT NOT NULL DEFAULT 0;
-- Accounts from before are looked at by the first round, which puts down when each is due.
UPDATE oauth_accounts SET next_refresh_at = issued_at WHERE expires_at IS NOT NULL AND status = 'connected';
CREATE INDEX oauth_accounts_by_refresh ON oauth_accounts (provider, next_refresh_at, id);

-- One refresh at a time for an account. The row stays, so that the epoch only ever grows.
CREATE TABLE refresh_leases (
    account_id UUID PRIMARY KEY REFERENCES oauth_accounts (id) ON DELETE CASCADE,
    owner UUID NOT NULL, -- one attempt
    epoch BIGINT NOT NULL, -- moves on with every owner
    until TIMESTAMPTZ NOT NULL
);

-- What a refresh is about to do, and what its platform answered until that stands in the account's row.
CREATE TABLE refresh_journal (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES oauth_accounts (id) ON DELETE CASCADE,
    epoch BIGINT NOT NULL,
    came_from BYTEA NOT NULL, -- SHA-256 of the credential that is being renewed
    unanswered BIGINT NOT NULL, -- earlier attempts with the same credential whose answer never came
    began_at TIMESTAMPTZ NOT NULL,
    answer BYTEA -- sealed
);
CREATE INDEX refresh_journal_by_account ON refresh_journal (account_id);

-- Circuit breakers, shared by all processes.
CREATE TABLE breakers (
    provider TEXT PRIMARY KEY,
    failures BIGINT NOT NULL, -- in a row
    opened BIGINT NOT NULL, -- times in a row: how long it stays open
    until TIMESTAMPTZ -- open until then; nothing: closed
);
