-- The outbox: mails on their way. A row goes when its mail is sent.
CREATE TABLE mails (
    id UUID PRIMARY KEY, -- also the Message-ID, by which receivers recognise a mail that was sent twice
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body BYTEA, -- sealed: it may hold a link that is a secret; empty once the mail was given up
    attempts BIGINT NOT NULL,
    next_at TIMESTAMPTZ, -- empty once the mail was given up
    problem TEXT, -- why the last attempt failed
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX mails_by_next ON mails (next_at);
