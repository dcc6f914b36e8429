-- Work that outlives the request that caused it.

CREATE TABLE jobs (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL, -- JSON: the kind and ids, nothing else. The same text is the same job
    priority BIGINT NOT NULL, -- the smallest first
    state TEXT NOT NULL, -- queued | running | dead
    run_at TIMESTAMPTZ NOT NULL, -- when it may be claimed: its time, or while it runs the end of its lease
    again_at TIMESTAMPTZ, -- asked for once more while it was running
    attempts BIGINT NOT NULL,
    owner UUID, -- the worker that runs it
    version BIGINT NOT NULL, -- moved by every claim: the fence between one holder of the lease and the next
    last_error TEXT, -- our own words
    reference TEXT NOT NULL, -- the correlation id of what caused it
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX jobs_alive ON jobs (payload) WHERE state <> 'dead';
CREATE INDEX jobs_by_turn ON jobs (priority, run_at, id) WHERE state <> 'dead';

-- When each recurring job is due next. Whoever moves the time on enqueues the job.
CREATE TABLE schedules (
    name TEXT PRIMARY KEY,
    next_at TIMESTAMPTZ NOT NULL
);

-- The queue counts attempts and knows the next one.
DROP INDEX pending_revocations_by_next;
ALTER TABLE pending_revocations DROP COLUMN attempts;
ALTER TABLE pending_revocations DROP COLUMN next_at;
CREATE INDEX pending_revocations_by_end ON pending_revocations (expires_at);
