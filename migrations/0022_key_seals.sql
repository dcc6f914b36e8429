-- How often each key has sealed: AES-GCM with random nonces is good for 2^32 seals.
CREATE TABLE key_seals (
    key_id TEXT PRIMARY KEY, -- eight hex digits, as in the key file
    seals BIGINT NOT NULL,
    retired_at TIMESTAMPTZ -- since when another key seals; nothing: it seals, or never did
);
