-- A platform that asked to wait is not asked for a new token before this, whoever wants one.
ALTER TABLE oauth_accounts ADD COLUMN refresh_held_until TIMESTAMPTZ;

-- Looking for what is due is no job any more: every process that works does it.
DELETE FROM jobs WHERE kind = 'refresh_due';
DELETE FROM schedules WHERE name = 'refresh_due';
